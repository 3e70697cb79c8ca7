import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { TLSSocket } from "node:tls";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDatabase } from "../../src/data/database.ts";
import { JsonWriter } from "../../src/data/json-writer.ts";
import { type ColumnStyle, fixed, rowLayout } from "../../src/data/plan/layout.ts";
import { printRow, printRows } from "../../src/data/print-row.ts";
import { WireBuffer } from "../../src/data/wire-buffer.ts";
import { textsOf, type WireRow } from "../../src/data/wire-row.ts";
import { localPostgres } from "../support/local-postgres.ts";
import { textRows } from "../support/text-rows.ts";

const texts = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ unit: "grapheme" }));
const row = fc.array(fc.option(texts), { minLength: 0, maxLength: 6 });

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function rowBody(values: readonly (string | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(values.length);
  const columns = values.flatMap((value) => {
    const bytes = Buffer.from(value ?? "");
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([count, ...columns]);
}

const printed = (style: ColumnStyle, text: string | null): string =>
  printRow({ bytes: rowBody([text]), at: 0 }, rowLayout([{ kind: "column", column: 0, style }], 1));

test("text is written as JSON.stringify writes it, whatever characters it has", () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 5 }), (values) => {
      // Half a surrogate pair cannot come from PostgreSQL.
      const wellFormed = values.map((value) => value.toWellFormed());
      const writer = new JsonWriter();
      for (const value of wellFormed) {
        const bytes = Buffer.from(value);
        writer.reserve(bytes.length + 2);
        writer.text(bytes, 0, bytes.length);
      }
      expect(writer.take()).toBe(wellFormed.map((value) => JSON.stringify(value)).join(""));
      expect(writer.take()).toBe("");
    }),
    { numRuns: 2_000 },
  );
});

test.each<[ColumnStyle, string | null, string]>([
  ["bare", "12", "12"],
  ["bare", null, "null"],
  ["quoted", "12345678901234567890", '"12345678901234567890"'],
  ["timestamp", "2026-11-21 09:00:00+00", '"2026-11-21T09:00:00Z"'],
  ["timestamp", "2026-11-21 09:00:00.000001+00", '"2026-11-21T09:00:00.000001Z"'],
  ["timestamp", "infinity", '"infinity"'],
  ["boolean", "t", "true"],
  ["boolean", "f", "false"],
  ["number", "-1.5e+300", "-1.5e+300"],
  ["number", "NaN", '"NaN"'],
  ["number", "-Infinity", '"-Infinity"'],
  ["escaped", "", '""'],
  ["escaped", `a"\\\u0001${"\n".repeat(3)}é😀`, '"a\\"\\\\\\u0001\\n\\n\\né😀"'],
])("a column of style %s prints %j as %s", (style, text, json) => {
  expect(printed(style, text)).toBe(json);
});

test("what a failed attempt has written is in no later answer", () => {
  const whole = rowLayout([fixed("["), { kind: "column", column: 0, style: "bare" }, fixed("]")], 1);
  const torn = { bytes: undefined as unknown as Buffer, at: 0 };
  expect(() =>
    printRows([{ bytes: rowBody(["1"]), at: 0 }, torn], whole, { count: 2, reversed: false }),
  ).toThrow();
  expect(printRow({ bytes: rowBody(["2"]), at: 0 }, whole)).toBe("[2]");
});

test("a group is left out as a whole where its column is missing", () => {
  const group = {
    kind: "group",
    column: 0,
    parts: [fixed('{"a":'), { kind: "column", column: 1, style: "bare" }, fixed("}")],
  } as const;
  const print = (values: readonly (string | null)[]) =>
    printRow({ bytes: rowBody(values), at: 0 }, rowLayout([group], 2));
  expect(print(["x", "1"])).toBe('{"a":1}');
  expect(print(["x", null])).toBe('{"a":null}');
  expect(print([null, "1"])).toBe("null");
});

test("rows are read and other messages passed on in order, however the bytes are cut", () => {
  const arbitraryMessage = fc.oneof(
    row.map((values) => ({ type: "D", values })),
    fc.constantFrom("1", "2", "C", "N", "Z").map((type) => ({ type, values: undefined })),
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      fc.array(arbitraryMessage, { maxLength: 40 }),
      cuts,
      fc.boolean(),
      (messages, lengths, long) => {
        const filler = long ? "x".repeat(70_000) : "";
        const seen: unknown[] = [];
        const wire = new WireBuffer();
        // Rows are good until PostgreSQL is ready for the next query.
        let lent: number[] = [];
        const take = () => {
          for (const index of lent) seen[index] = textsOf(seen[index] as WireRow);
          lent = [];
        };
        wire.reader = { readRow: (bytes, at) => void lent.push(seen.push({ bytes, at }) - 1) };
        wire.toDriver = (bytes) => {
          for (let at = 0; at < bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
            const type = bytes.toString("latin1", at, at + 1);
            if (type === "Z") take();
            seen.push(type);
          }
        };
        const stream = Buffer.concat(
          messages.map(({ type, values }) =>
            message(type, values ? rowBody([filler, ...values]) : Buffer.from(type === "N" ? filler : "")),
          ),
        );
        for (let at = 0, cut = 0; at < stream.length; cut += 1) {
          const length = lengths[cut % lengths.length] ?? 1;
          wire.push(stream.subarray(at, at + length));
          at += length;
        }
        take();
        expect(seen).toEqual(
          messages
            .map(({ type, values }) => values?.map((value) => value?.toWellFormed() ?? null) ?? type)
            .map((each) => (Array.isArray(each) ? [filler, ...each] : each)),
        );
      },
    ),
    { numRuns: 300 },
  );
});

const local = await localPostgres();
const identity = newIdentity();

test.skipIf(!local || !identity)("rows come through an encrypted connection alike", async () => {
  const target = new URL(local ?? "");
  const proxy = await encryptingProxy(identity ?? { key: "", cert: "" }, new URL(target));
  target.port = String((proxy.address() as AddressInfo).port);
  target.searchParams.set("sslmode", "no-verify");
  const database = await openDatabase({ url: String(target), observe: () => {}, applicationName: "test" });
  try {
    const text = "select repeat('é', 50000), g from generate_series(1, 5) as g";
    const rows = await database.run({ name: "", text }, [], textRows);
    expect(rows).toEqual([1, 2, 3, 4, 5].map((n) => ["é".repeat(50_000), String(n)]));
  } finally {
    await database.close();
    proxy.close();
  }
});

/** A certificate that nobody vouches for; undefined where there is no OpenSSL to make one. */
function newIdentity(): { readonly key: string; readonly cert: string } | undefined {
  const made = spawnSync(
    "openssl",
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout - -out -".split(
      " ",
    ),
    { encoding: "utf8" },
  );
  const key = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/.exec(made.stdout ?? "")?.[0];
  const cert = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(made.stdout ?? "")?.[0];
  return key && cert ? { key, cert } : undefined;
}

/** Does what PostgreSQL does with `ssl = on`: agrees to encrypt, then speaks its protocol inside TLS. */
async function encryptingProxy(
  identity: { readonly key: string; readonly cert: string },
  target: URL,
): Promise<Server> {
  const server = createServer((socket) => {
    socket.once("data", () => {
      socket.write("S");
      const inner = new TLSSocket(socket, { isServer: true, ...identity });
      const outer = connect(Number(target.port || 5432), target.hostname);
      inner.on("error", () => outer.destroy()).pipe(outer);
      outer.on("error", () => inner.destroy()).pipe(inner);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
