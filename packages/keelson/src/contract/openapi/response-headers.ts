import type { Components, OpenApiObject } from "./components.ts";

const headers: Readonly<Record<string, OpenApiObject>> = {
  "X-Request-Id": {
    description: "Identifies the request in logs and traces.",
    schema: { type: "string" },
  },
  ETag: {
    description: "The version of the record, for `If-Match` and `If-None-Match`.",
    schema: { type: "string" },
  },
  Age: { description: "Seconds since the answer was made.", schema: { type: "integer", minimum: 0 } },
  "Cache-Status": {
    description: "Whether the answer was kept, and for how many seconds it is good (RFC 9211).",
    schema: { type: "string" },
  },
  Location: { description: "Where the new record is.", schema: { type: "string", format: "uri-reference" } },
  "Content-Location": {
    description: "Where the record in the answer can be read again.",
    schema: { type: "string", format: "uri-reference" },
  },
  "Content-Disposition": { description: "The name of the file.", schema: { type: "string" } },
  "Content-Range": { description: "Which bytes these are, and of how many.", schema: { type: "string" } },
  "Accept-Ranges": { description: "`bytes`: parts can be asked for.", schema: { type: "string" } },
  Link: {
    description: 'The next and the previous page: `rel="next"`, `rel="prev"`.',
    schema: { type: "string" },
  },
  "Preference-Applied": { description: "Which preference was followed.", schema: { type: "string" } },
  "Retry-After": {
    description: "Seconds to wait before trying again.",
    schema: { type: "integer", minimum: 0 },
  },
  "Idempotent-Replayed": {
    description: "`true` when this is the answer of an earlier request with the same `Idempotency-Key`.",
    schema: { type: "string", const: "true" },
  },
  "RateLimit-Policy": {
    description: "The limits that hold for the caller; absent where none does.",
    schema: { type: "string" },
    example: '"signed-in";q=1800;w=60',
  },
  RateLimit: {
    description:
      "What is left of the limit that is nearest to its end (`r`), and after how many seconds more is (`t`).",
    schema: { type: "string" },
    example: '"signed-in";r=1799;t=1',
  },
  "WWW-Authenticate": { description: "How to authenticate.", schema: { type: "string" } },
};

/** The header fields of an answer. */
export const headerRefs = (components: Components, names: readonly string[]): OpenApiObject =>
  Object.fromEntries(
    [...names, "RateLimit-Policy", "RateLimit"].map((name) => [
      name,
      components.ref("headers", name.replaceAll("-", ""), () => headers[name] ?? {}),
    ]),
  );
