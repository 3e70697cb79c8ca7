import fc from "fast-check";
import { expect, it } from "vitest";
import { readNdjson } from "../../src/transfer/read-ndjson.ts";
import { gather, inPieces } from "./pieces.ts";
import "../support/seed.ts";

const read = (content: string | Uint8Array, { size = 7, maxRowBytes = 1_000 } = {}) =>
  gather(readNdjson(inPieces(content, size), { maxRowBytes }));

it("reads a row a line, whatever the pieces, line ends and empty lines", async () => {
  const text = '\ufeff{"a":1}\r\n\n  \n{"b":"zwei – 2"}\n{"c":null}';
  for (let size = 1; size < 12; size += 1)
    expect(await read(text, { size })).toEqual([
      { line: 1, members: { a: 1 } },
      { line: 4, members: { b: "zwei – 2" } },
      { line: 5, members: { c: null } },
    ]);
});

it("tells of bad lines and reads on", async () => {
  const rows = await read('{"a":1}\n{"a":1,}\n[1]\n{"a":1,"a":2}\n{"n":12345678901234567890}\n{"z":1}\n');
  expect(rows.map((row) => [row.line, "fault" in row ? row.fault.code : "good"])).toEqual([
    [1, "good"],
    [2, "syntax"],
    [3, "type"],
    [4, "duplicate_key"],
    [5, "number"],
    [6, "good"],
  ]);
  expect(rows[1]).toMatchObject({
    input: '{"a":1,}',
    fault: { detail: expect.stringMatching(/^Column 8: /) },
  });
});

it("refuses what is no UTF-8 and what is too long, and keeps only the beginning of it", async () => {
  const bad = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]);
  const long = Buffer.from(`{"a":"${"x".repeat(5_000)}"}\n{"a":2}`);
  const rows = await read(Buffer.concat([bad, long]), { size: 64 });
  expect(rows).toMatchObject([
    { line: 1, fault: { code: "encoding" } },
    { line: 2, fault: { code: "size", detail: "The line is longer than 1000 bytes." } },
    { line: 3, members: { a: 2 } },
  ]);
  expect((rows[1] as { input: string }).input.length).toBeLessThan(2_001);
});

it("gives back what was written, for generated records", async () => {
  const record = fc.dictionary(
    fc.string({ unit: "grapheme" }).filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
    fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.constant(null)),
    { noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(record), fc.integer({ min: 1, max: 50 }), async (records, size) => {
      const text = records.map((one) => `${JSON.stringify(one)}\n`).join("");
      const rows = await read(text, { size, maxRowBytes: 100_000 });
      expect(rows.map((row) => ("members" in row ? { ...row.members } : row))).toEqual(records);
    }),
    { numRuns: 100 },
  );
});
