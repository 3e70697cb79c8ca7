import { gzipSync } from "node:zlib";
import { knownMethods } from "../../transport/http/http-route.ts";
import type { Chance } from "./chance.ts";
import { type FuzzRequest, headerOf, withHeader, withJson } from "./fuzz-request.ts";
import { oddNumbers, oddTexts } from "./hostile-texts.ts";
import type { Sources } from "./new-request.ts";
import { spoilHeader } from "./spoil-header.ts";
import { spoilJson } from "./spoil-json.ts";

/** The same request with one thing wrong with it, or merely unusual. */
export function spoilRequest(sources: Sources, valid: FuzzRequest): FuzzRequest {
  const { chance } = sources;
  const request: FuzzRequest = { ...valid, kind: "almost", expectation: "any" };
  const ways: Way[] = [spoilQuery, spoilPath, spoilMethod, spoilHeader, spoilHeader];
  if (request.body !== undefined) ways.push(spoilBytes, spoilMedia);
  if (request.json !== undefined) ways.push(spoilMember, spoilMember, spoilMember, spoilMember, spoilNumber);
  return chance.pick(ways)(sources, request, valid);
}

type Way = (sources: Sources, request: FuzzRequest, valid: FuzzRequest) => FuzzRequest;

/** Whether the result still fits its schema decides what must come of it. */
function spoilMember({ chance, check }: Sources, request: FuzzRequest, valid: FuzzRequest): FuzzRequest {
  const { operation } = request;
  const schema = operation?.body?.content.get(headerOf(request, "content-type") ?? "");
  if (!operation || !schema) return request;
  const spoilt = spoilJson(chance, operation.description, schema, request.json);
  if (spoilt.json === undefined) return { ...request, body: "", json: undefined, about: spoilt.about };
  const changed = { ...withJson(request, spoilt.json), about: spoilt.about };
  if (spoilt.hazard || valid.expectation !== "accept") return changed;
  const fits = check(operation.description, schema, JSON.parse(changed.body as string)) === undefined;
  return { ...changed, expectation: fits ? "any" : "refuse" };
}

/** Numbers as texts say them, which JavaScript could not print. */
function spoilNumber({ chance }: Sources, request: FuzzRequest): FuzzRequest {
  const body = String(request.body);
  const number = chance.pick(oddNumbers);
  const text = body.replace(/(?<=[:[,])(?:-?\d+(?:\.\d+)?|"[^"\\]*"|null|true|false)/, () => number);
  return { ...request, body: text, json: undefined, about: `the number ${number}` };
}

function spoilBytes({ chance }: Sources, request: FuzzRequest): FuzzRequest {
  const text = String(request.body);
  // Large bodies cost more than they teach.
  const [about, spoil] = chance.pick(chance.of(0.02) ? largeBodies : spoiltBodies);
  return { ...request, body: spoil(text, chance), json: undefined, about: `the body: ${about}` };
}

type SpoiltBody = readonly [about: string, spoil: (text: string, chance: Chance) => string | Buffer];

/** Bytes before the last character: within the value, wherever it is not a bare text. */
const withBytes = (text: string, ...bytes: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(bytes), Buffer.from(text.slice(-1))]);

const spoiltBodies: readonly SpoiltBody[] = [
  ["cut off", (text, chance) => text.slice(0, chance.below(text.length))],
  ["empty", () => ""],
  ["a comma too many", (text) => text.replace(/([}\]])$/, ",$1")],
  ["something after the end", (text) => `${text} x`],
  ["a byte order mark", (text) => `\ufeff${text}`],
  ["UTF-16", (text) => Buffer.from(text, "utf16le")],
  ["an invalid byte", (text) => withBytes(text, 0xff)],
  ["an overlong character", (text) => withBytes(text, 0xc0, 0x80)],
  ["half a surrogate pair in bytes", (text) => withBytes(text, 0xed, 0xa0, 0x80)],
  ["a NUL byte", (text) => `${text.slice(0, 1)}\0${text.slice(1)}`],
  ["a member twice", (text) => text.replace("{", '{"x":1,"x":2,')],
  [
    "its first member twice",
    (text) => text.replace(/^\{("[^"]*":(?:"[^"\\]*"|-?\d+|null|true|false)),/, "{$1,$1,"),
  ],
  ["single quotes", (text) => text.replaceAll('"', "'")],
  ["a comment", (text) => `/* */${text}`],
  ["NaN", (text) => text.replace(/-?\d+/, "NaN")],
  ["a lone surrogate", (text) => text.replace(/"(?=:)/, '\\ud800"')],
  ["an escaped NUL", (text) => text.replace(/"(?=:)/, '\\u0000"')],
  ["a reserved key", (text) => text.replace("{", '{"__proto__":{"admin":true},')],
  ["many brackets", (_text, chance) => "[".repeat(chance.pick([32, 33, 1_000]))],
  ["a bare text", (_text, chance) => JSON.stringify(chance.pick(oddTexts))],
  ["a list around it", (text) => `[${text}]`],
  ["white space around it", (text) => ` \t\r\n${text}\n`],
];

const largeBodies: readonly SpoiltBody[] = [
  ["more brackets", () => "[".repeat(100_000)],
  ["many members", () => `{${Array.from({ length: 10_001 }, (_, at) => `"k${at}":0`).join(",")}}`],
  ["more than a megabyte", () => `{"x":"${"y".repeat(1_048_600)}"}`],
];

function spoilMedia({ chance }: Sources, request: FuzzRequest): FuzzRequest {
  const type = headerOf(request, "content-type") ?? "application/json";
  const body = Buffer.from(String(request.body));
  const ways: readonly (readonly [string, FuzzRequest])[] = [
    ...[
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/xml",
      "application/json-patch+json",
      "application/jsonx",
      "application/",
      "*/*",
      "",
      ";",
      `${type}; charset=utf-16`,
      `${type}; charset=UTF-8`,
      `${type};charset="utf-8"; x=y`,
      type.toUpperCase(),
      `${type}, ${type}`,
    ].map((other) => [`Content-Type: ${other}`, withHeader(request, "Content-Type", other)] as const),
    ["no Content-Type", withHeader(request, "Content-Type", undefined)],
    ["gzip", withHeader({ ...request, body: gzipSync(body) }, "Content-Encoding", "gzip")],
    ["gzip that is none", withHeader(request, "Content-Encoding", "gzip")],
    [
      "gzip that is cut off",
      withHeader({ ...request, body: gzipSync(body).subarray(0, -4) }, "Content-Encoding", "gzip"),
    ],
    ["zstd that is none", withHeader(request, "Content-Encoding", "zstd")],
    ["br that is none", withHeader(request, "Content-Encoding", "br")],
    ["an unknown coding", withHeader(request, "Content-Encoding", "rot13")],
    ["two codings", withHeader(request, "Content-Encoding", "gzip, gzip")],
    ["a bomb", withHeader({ ...request, body: bomb }, "Content-Encoding", "gzip")],
  ];
  const [about, changed] = chance.pick(ways);
  return { ...changed, about };
}

const bomb = gzipSync(Buffer.alloc(4_000_000, 32));

function spoilQuery({ chance }: Sources, request: FuzzRequest): FuzzRequest {
  const { query } = request;
  const names = (request.operation?.parameters ?? []).flatMap((each) =>
    each.in === "query" ? [each.name] : [],
  );
  const name =
    names.length > 0 && chance.of(0.7)
      ? chance.pick(names)
      : chance.pick(["x", "__proto__", "limit", "id", "filter"]);
  const odd = chance.pick(oddTexts);
  const encoded = encodeURIComponent(name);
  const ways: readonly (readonly [string, readonly string[]])[] = [
    ["a parameter twice", [...query, ...(query.length > 0 ? [chance.pick(query)] : ["limit=1", "limit=1"])]],
    ["an odd value", [...query, `${encoded}=${encodeURIComponent(odd)}`]],
    ["an odd value", [...query, `${encoded}=${encodeURIComponent(odd)}`]],
    [
      "an odd value in a list",
      [...query, `${encoded}=${encodeURIComponent(odd)},,${encodeURIComponent(odd)},`],
    ],
    [
      "a broken encoding",
      [...query, `${encoded}=${chance.pick(["%", "%zz", "%ff", "%C0%80", "%ed%a0%80", "%00", "%u0041"])}`],
    ],
    [
      "a broken name",
      [
        ...query,
        `${chance.pick(["%", "%ff", "%00", "[", "a[b", "a[b][c]", "[eq]", "%5B%5D", "=", "&&", "?"])}=1`,
      ],
    ],
    [
      "an operator that is none",
      [
        ...query,
        `${encoded}[${chance.pick(["eq", "like", "gt", "", "__proto__", "in", "isNull", "contains"])}]=${encodeURIComponent(odd)}`,
      ],
    ],
    ["no value", [...query, chance.pick([encoded, `${encoded}=`, `=${encoded}`])]],
    ["capitals", query.map((part) => part.toUpperCase())],
    [
      "an unknown parameter",
      [...query, `${chance.pick(["unknown", "Limit", "page", "offset", "constructor", "$top"])}=1`],
    ],
    ["too many parameters", Array.from({ length: chance.pick([100, 101, 300]) }, (_, at) => `x${at}=1`)],
    [
      "a cursor that is none",
      [
        ...query,
        `cursor=${encodeURIComponent(chance.pick(["x", "a.b.c", odd, "..", "e30.e30.e30", "x".repeat(5_000)]))}`,
      ],
    ],
    [
      "a number that is none",
      [
        ...query,
        `limit=${encodeURIComponent(chance.pick(["0", "-1", "1.5", "1e3", "٣", "0x10", " 1", "+1", "99999999999999999999", "01", ""]))}`,
      ],
    ],
    ["a long list", [...query, `${encoded}=${Array.from({ length: 600 }, (_, at) => at).join(",")}`]],
    ["a long value", [...query, `${encoded}=${"y".repeat(chance.pick([4_000, 8_192, 20_000]))}`]],
  ];
  const [about, changed] = chance.pick(ways);
  return { ...request, query: changed, about: `the query: ${about}` };
}

function spoilPath({ chance }: Sources, request: FuzzRequest): FuzzRequest {
  const { path } = request;
  const id = path.split("/")[3] ?? "";
  const ways: readonly (readonly [string, string])[] = [
    ["a slash at the end", `${path}/`],
    ["two slashes", path.replace("/v1/", "/v1//")],
    ["a dot segment", path.replace("/v1/", "/v1/./")],
    ["an encoded dot segment", path.replace("/v1/", "/v1/x/%2e%2e/")],
    ["a needless encoding", path.replace("/v1/", "/%76%31/")],
    ["an encoded slash", path.replace(/\/(?=[^/]*$)/, "%2F")],
    ["a parameter of the path", `${path};x=1`],
    ["another version", path.replace("/v1/", `/${chance.pick(["v0", "v2", "V1", "v1.0", ""])}/`)],
    [
      "another id",
      path.replace(
        id,
        chance.pick([
          "0",
          "-1",
          "null",
          "%00",
          "%ff",
          "x".repeat(3_000),
          "..",
          "%E2%80%AE",
          "1~2",
          "!0",
          "~",
          "a%2Fb",
          "' or 1=1 --".replaceAll(" ", "%20"),
          "%F0%9F%92%A9",
        ]),
      ),
    ],
    ["the id in capitals", path.replace(id, id.toUpperCase())],
    ["the id cut off", path.replace(id, id.slice(0, -1) || "0")],
    ["more below it", `${path}/${chance.pick(["x", "constructor", "__proto__", "query", "pay"])}`],
  ];
  const [about, changed] = chance.pick(ways);
  return { ...request, path: changed, about: `the path: ${about}` };
}

/** CONNECT opens a tunnel, which no client of requests does. */
const sendable = knownMethods.filter((method) => method !== "CONNECT");

function spoilMethod({ chance }: Sources, request: FuzzRequest): FuzzRequest {
  const method = chance.pick([...sendable, "PROPFIND", "PURGE", "M-SEARCH"]);
  return {
    ...request,
    operation: method === request.method ? request.operation : undefined,
    method,
    about: `the method ${method}`,
  };
}
