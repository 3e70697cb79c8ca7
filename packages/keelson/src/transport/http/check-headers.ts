import type { IncomingMessage } from "node:http";
import { failure } from "../../base/error.ts";

/** Fields that may come only once. Node keeps the first of several, so that a proxy could see another one. */
const singletons = ["host", "authorization", "content-type", "content-encoding"];

/** Refuses header sections that could be read in two ways, and those with too many fields. */
export function checkHeaders(incoming: IncomingMessage, maxHeaders: number): void {
  const { rawHeaders, headers } = incoming;
  if (rawHeaders.length > maxHeaders * 2)
    throw failure("headers_too_large", `A request may have at most ${maxHeaders} header fields.`);
  if (headers.host === undefined && incoming.httpVersion === "1.1")
    throw failure("malformed_request", "The Host header is missing.");
  for (const name of singletons) if (headers[name] !== undefined) checkSingle(rawHeaders, name);
}

function checkSingle(rawHeaders: readonly string[], name: string): void {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index];
    if (field?.length === name.length && field.toLowerCase() === name) count += 1;
  }
  if (count <= 1) return;
  throw failure("invalid_header", {
    errors: [{ header: name, code: "duplicate", detail: "must be sent only once." }],
  });
}
