import { failure } from "../../base/error.ts";
import type { BodyRule } from "./http-route.ts";

/** Refuses a body whose media type the endpoint does not take, or whose charset is not UTF-8. */
export function checkBodyType(contentType: string | undefined, rule: BodyRule): void {
  if (contentType !== undefined && rule.types.includes(contentType)) return;
  const [type = "", ...parameters] = (contentType ?? "").split(";");
  if (rule.types.includes(type.trim().toLowerCase()) && parameters.every(isHarmless)) return;
  throw failure("unsupported_media_type", {
    detail:
      contentType === undefined
        ? `The Content-Type header is missing; send ${rule.types.join(" or ")}.`
        : `Send ${rule.types.join(" or ")}, in UTF-8.`,
    headers: { [rule.advertise]: rule.types.join(", ") },
  });
}

/** Any parameter but a charset other than UTF-8. */
function isHarmless(parameter: string): boolean {
  const [name = "", value = ""] = parameter.split("=");
  return name.trim().toLowerCase() !== "charset" || /^"?utf-?8"?$/i.test(value.trim());
}
