import type { Chance } from "./chance.ts";
import { type FuzzRequest, type RawRequest, targetOf } from "./fuzz-request.ts";
import { oddTexts } from "./hostile-texts.ts";

/** A request in parts that can be put together wrongly. */
interface Parts {
  readonly chance: Chance;
  readonly method: string;
  readonly target: string;
  /** `GET /v1/orders HTTP/1.1` */
  readonly line: string;
  readonly fields: readonly string[];
  readonly body: Buffer;
}

type Way = readonly [about: string, make: (parts: Parts) => Buffer];

/** Bytes that are hardly a request, made from one that is. */
export function newRawRequest(chance: Chance, from: FuzzRequest): RawRequest {
  const target = targetOf(from);
  const { method } = from;
  const [about, make] = chance.pick(ways);
  const parts: Parts = {
    chance,
    method,
    target,
    line: `${method} ${target} HTTP/1.1`,
    fields: from.headers.map(([name, value]) => `${name}: ${value}`),
    body: Buffer.from(from.body ?? ""),
  };
  return { bytes: make(parts), about };
}

const head = (line: string, ...fields: readonly string[]): Buffer =>
  Buffer.from([line, "Host: a", "Connection: close", ...fields, "", ""].join("\r\n"), "latin1");

const json = "Content-Type: application/json";
const chunked = "Transfer-Encoding: chunked";
const lengthOf = ({ body }: Parts): string => `Content-Length: ${body.length}`;
const whole = (parts: Parts): Buffer =>
  Buffer.concat([head(parts.line, ...parts.fields, lengthOf(parts)), parts.body]);
const withBody = ({ line, body }: Parts, ...fields: readonly string[]): Buffer =>
  Buffer.concat([head(line, json, ...fields), body]);
const withChunk = ({ line, body }: Parts, ...fields: readonly string[]): Buffer => {
  const chunk = `${body.length.toString(16)}\r\n${body.toString("latin1")}\r\n0\r\n\r\n`;
  return Buffer.concat([head(line, json, ...fields), Buffer.from(chunk, "latin1")]);
};

const codings = ["chunked, chunked", "gzip, chunked", "identity", "xchunked", "chunked;x"];
const chunks = [
  "zz\r\nabc\r\n0\r\n\r\n",
  "-1\r\n\r\n",
  "ffffffffffffffff\r\nx",
  "3\r\nabcd\r\n0\r\n\r\n",
  "3;x=\n\r\nabc\r\n0\r\n\r\n",
];
const lengths = ["-1", "abc", "1e3", "99999999999999999999", "0x10", "+5", "5, 5", ""];
const targets = [
  ..."* x // /% /%00 /\\..\\ http:// http://a:b@c/v1 ?x ftp://a/ /#x".split(" "),
  ...["", "/ a", "/\u00e9", "/v1/\u007f", "/v1/x?\u00ff"],
];
const methods = ["get", "G E T", "GET\0", "BREW", "", "GET".repeat(14), "\u00e9"];
const versions = ["HTTP/0.9", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1", "HTTP/1", "", "HTTX/1.1"];

const noRequests: readonly Way[] = [
  ["random bytes", ({ chance }) => randomBytes(chance, 1 + chance.below(300))],
  ["a TLS greeting", () => Buffer.from("16030100c8010000c40303", "hex")],
  ["an HTTP/2 preface", () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")],
  ["a flipped bit", (parts) => flipped(parts.chance, whole(parts))],
  ["another flipped bit", (parts) => flipped(parts.chance, flipped(parts.chance, whole(parts)))],
  ["cut off", (parts) => whole(parts).subarray(0, 1 + parts.chance.below(whole(parts).length - 1))],
  ["a bare line feed", ({ line }) => Buffer.from(`${line}\nHost: a\nConnection: close\n\n`, "latin1")],
];

const oddLines: readonly Way[] = [
  ["an odd target", ({ chance, method }) => head(`${method} ${chance.pick(targets)} HTTP/1.1`)],
  ["the absolute form", ({ method, target }) => head(`${method} http://evil.example${target} HTTP/1.1`)],
  ["the authority form", () => head("CONNECT evil.example:443 HTTP/1.1")],
  ["an odd method", ({ chance, target }) => head(`${chance.pick(methods)} ${target} HTTP/1.1`)],
  ["an odd version", ({ chance, method, target }) => head(`${method} ${target} ${chance.pick(versions)}`)],
  [
    "a long target",
    ({ chance, method }) => head(`${method} /v1/${"x".repeat(chance.pick([8_200, 20_000]))} HTTP/1.1`),
  ],
];

const oddFields: readonly Way[] = [
  ["no Host", ({ line }) => Buffer.from(`${line}\r\nConnection: close\r\n\r\n`, "latin1")],
  ["two Hosts", ({ line }) => head(line, "Host: b")],
  ["a folded field", ({ line }) => head(line, "X-A: b", " c")],
  ["a space before the colon", ({ line }) => head(line, "X-A : b")],
  ["no colon", ({ line }) => head(line, "X-A")],
  ["a smuggled field", ({ line }) => head(line, "X-A: b\rSet-Cookie: c")],
  ["NUL in a field", ({ line }) => head(line, "X-A: b\0c")],
  [
    "an odd value",
    ({ chance, line }) => head(line, `X-A: ${Buffer.from(chance.pick(oddTexts)).toString("latin1")}`),
  ],
  ["a long field", ({ chance, line }) => head(line, `X-A: ${"y".repeat(chance.pick([16_000, 70_000]))}`)],
  [
    "an upgrade",
    ({ line }) => head(line, "Upgrade: websocket", "Connection: upgrade", "Sec-WebSocket-Key: x"),
  ],
];

const oddBodies: readonly Way[] = [
  ["two lengths", (parts) => withBody(parts, lengthOf(parts), `Content-Length: ${parts.body.length + 1}`)],
  ["an odd length", (parts) => withBody(parts, `Content-Length: ${parts.chance.pick(lengths)}`)],
  ["length and chunks", (parts) => withChunk(parts, lengthOf(parts), chunked)],
  ["an odd coding", (parts) => withChunk(parts, `Transfer-Encoding: ${parts.chance.pick(codings)}`)],
  [
    "a wrong chunk",
    ({ chance, line }) => Buffer.concat([head(line, json, chunked), Buffer.from(chance.pick(chunks))]),
  ],
  [
    "a trailer",
    ({ line }) =>
      Buffer.concat([
        head(line, json, chunked, "Trailer: X-A"),
        Buffer.from("0\r\nContent-Length: 5\r\nX-A: b\r\n\r\n"),
      ]),
  ],
  ["a body that was not announced", ({ line }) => Buffer.concat([head(line), Buffer.from('{"a":1}')])],
  [
    "two requests at once",
    ({ line, fields }) =>
      Buffer.concat([Buffer.from("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"), head(line, ...fields)]),
  ],
];

const ways: readonly Way[] = [...noRequests, ...oddLines, ...oddFields, ...oddBodies];

const randomBytes = (chance: Chance, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => chance.below(256)));

function flipped(chance: Chance, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = chance.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
}
