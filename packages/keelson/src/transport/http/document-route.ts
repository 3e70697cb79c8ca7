import { createHash } from "node:crypto";
import type { HttpReply } from "./http-reply.ts";
import { jsonType } from "./http-reply.ts";
import type { HttpRequest } from "./http-request.ts";
import type { HttpRoute } from "./http-route.ts";

/**
 * A JSON document that is the same for every caller, e.g. the description of the API.
 *
 * @param read - the text; requests may choose among a few
 */
export function documentRoute(path: string, read: (request: HttpRequest) => string): HttpRoute {
  const known = new Map<string, HttpReply>();
  const handle = (request: HttpRequest): HttpReply => {
    const body = read(request);
    let reply = known.get(body);
    if (!reply) {
      if (known.size >= maxKnown) known.clear();
      reply = replyWith(body);
      known.set(body, reply);
    }
    return reply;
  };
  return { path, endpoints: { GET: { produces: jsonType, handle } } };
}

/** Texts may change while the server runs. */
const maxKnown = 50;

const replyWith = (body: string): HttpReply => ({
  status: 200,
  contentType: jsonType,
  body,
  etag: createHash("sha256").update(body).digest("base64url").slice(0, 22),
  cacheControl: "no-cache",
});
