import { type FuzzRequest, withHeader } from "./fuzz-request.ts";
import type { Sources } from "./new-request.ts";

const values: Readonly<Record<string, readonly string[]>> = {
  "If-Match": [
    "",
    "1",
    "x",
    '"',
    '"a',
    'a"',
    '""',
    '"1",',
    ',"1"',
    '"99999999999999999999"',
    'W/"1"',
    "w/*",
    "*, *",
    '"\u00e9"',
    '"1" "2"',
    '"1-gz"',
    '"-1"',
    '"1e1"',
    `"${"x".repeat(3_000)}"`,
  ],
  "If-None-Match": ["", "1", "*", '"1"', "x, y", 'W/"1", "2"', '"', `${'"a", '.repeat(500)}"b"`],
  "If-Modified-Since": ["Sat, 21 Nov 2026 00:00:00 GMT", "yesterday"],
  "If-Unmodified-Since": ["Sat, 21 Nov 2020 00:00:00 GMT", "0"],
  "If-Range": ['"1"'],
  "Idempotency-Key": [
    "",
    '""',
    " ",
    "a b",
    "a,b",
    '"a',
    '"a\\"',
    '"\\x"',
    "\u00e9",
    '"\u00e9"',
    "x".repeat(255),
    "x".repeat(256),
    `"${"x".repeat(256)}"`,
    "x".repeat(600),
    "null",
    "';--",
    '"a";p=1',
  ],
  "API-Version": [
    "",
    "2026-01-01",
    "2026-11-21",
    "1",
    "latest",
    "2026-13-45",
    "*",
    "__proto__",
    "constructor",
    "2026-11-21, 2026-06-01",
    "x".repeat(500),
  ],
  Prefer: [
    "",
    "return=minimal",
    "return=representation",
    'return="minimal"',
    "return=",
    "return=nothing",
    "respond-async",
    "wait=10",
    "wait=-1",
    "wait=x",
    "handling=strict",
    "return=minimal, return=representation",
    ";;;",
    '"',
    "a=b;c=d, e",
  ],
  Accept: [
    "",
    "application/json",
    "*/*",
    "application/*",
    "text/html",
    "application/json;q=0",
    "*/*;q=0",
    "application/json;q=2",
    "application/json;q=x",
    "a",
    "/",
    ",,,",
    "application/problem+json",
    "text/html, application/json;q=0.1",
    `${"a/b,".repeat(2_000)}*/*`,
  ],
  "Accept-Encoding": [
    "gzip",
    "br",
    "zstd",
    "gzip;q=0, *;q=0",
    "identity;q=0",
    "*",
    "x",
    ";;",
    "gzip;q=1.0000001",
    "deflate, gzip, br",
  ],
  "Accept-Language": ["de", "*", "x".repeat(2_000)],
  Range: ["bytes=0-10", "bytes=-1", "items=0-5", "bytes=5-1", "x"],
  "Content-Range": ["bytes 0-10/20", "items */*"],
  "Cache-Control": [
    "no-cache",
    "no-store",
    "max-age=0",
    "max-age=-1",
    "max-age=99999999999",
    "only-if-cached",
    "x=,;",
  ],
  Authorization: [
    "",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer a.b.c",
    "bearer eyJhbGciOiJub25lIn0.e30.",
    "Basic YWRtaW46YWRtaW4=",
    "Digest x",
    "Bearer x y",
    `Bearer ${"x".repeat(9_000)}`,
    "Bearer \u00e9",
  ],
  "X-Request-Id": ["", "abc", "a b", "<script>", "x".repeat(65), "\u00e9", "../.."],
  "X-HTTP-Method-Override": ["DELETE", "PUT"],
  "X-Forwarded-For": ["1.2.3.4", "::1", "x, y", ",", "1.2.3.4:99999", `${"1.1.1.1,".repeat(500)}2.2.2.2`],
  Forwarded: ["for=1.2.3.4", 'for="[::1]:1";proto=x', ";;;"],
  Host: ["evil.example", "", "a b", "x".repeat(1_000), "[::1", "127.0.0.1:99999"],
  Origin: ["null", "https://evil.example", "x"],
  Cookie: ["a=b", "session=1; session=2", `${"a=b;".repeat(800)}`],
  Expect: ["100-continue", "200-ok", ""],
  "Content-Language": ["\u00e9"],
  traceparent: ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x", "00-0-0-0"],
  Upgrade: ["websocket", "h2c"],
  "Access-Control-Request-Method": ["DELETE"],
};

const names = Object.keys(values);

/** The request with one header field that is wrong, odd, or too much. */
export function spoilHeader({ chance }: Sources, request: FuzzRequest): FuzzRequest {
  const required = (request.operation?.parameters ?? []).filter(
    (each) => each.in === "header" && each.required,
  );
  if (required.length > 0 && chance.of(0.15)) {
    const { name } = chance.pick(required);
    return { ...withHeader(request, name, undefined), about: `without ${name}` };
  }
  if (chance.of(0.04)) {
    const many = Array.from({ length: chance.pick([101, 150]) }, (_, at) => [`X-Fill-${at}`, "y"] as const);
    return { ...request, headers: [...request.headers, ...many], about: "too many header fields" };
  }
  const used = request.headers.map(([name]) => name).filter((name) => name in values);
  const name = used.length > 0 && chance.of(0.3) ? chance.pick(used) : chance.pick(names);
  const value = chance.pick(values[name] ?? [""]);
  const twice = chance.of(0.06);
  const changed = withHeader(request, name, value);
  return {
    ...changed,
    ...(name === "Authorization" ? { caller: undefined } : {}),
    headers: twice ? [...changed.headers, [name, value]] : changed.headers,
    about: `${name}: ${value.slice(0, 40)}${twice ? ", twice" : ""}`,
  };
}
