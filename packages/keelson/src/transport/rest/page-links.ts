import type { PageOutcome } from "../../operation/outcome.ts";
import type { HttpRequest } from "../http/http-request.ts";

/** Value of `Link` (RFC 8288): the same list, further on or back. Undefined where there is neither. */
export function pageLinks(
  { path, query }: Pick<HttpRequest, "path" | "query">,
  { nextCursor, prevCursor }: PageOutcome,
): string | undefined {
  if (nextCursor === null && prevCursor === null) return undefined;
  const kept = /cursor|%/i.test(query) ? withoutCursor(query) : query;
  // What would end the link's target is allowed in a URI only in its encoded form.
  const target = `${path}?${kept.replace(/["<>\\^`{|}]/g, encodeURIComponent)}${kept === "" ? "" : "&"}cursor=`;
  const links = [];
  if (nextCursor !== null) links.push(`<${target}${encodeURIComponent(nextCursor)}>; rel="next"`);
  if (prevCursor !== null) links.push(`<${target}${encodeURIComponent(prevCursor)}>; rel="prev"`);
  return links.join(", ");
}

const withoutCursor = (query: string): string =>
  query
    .split("&")
    .filter((parameter) => !cursorParameter.test(parameter))
    .join("&");

/** However it is encoded. */
const cursorParameter = /^(?:c|%63)(?:u|%75)(?:r|%72)(?:s|%73)(?:o|%6f)(?:r|%72)(?:=|$)/i;
