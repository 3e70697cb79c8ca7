import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { FieldSpec } from "../../src/declare/field-spec.ts";
import { integer, json, list, money, object, text } from "../../src/index.ts";
import { columnsOf, headerOf, lineOf } from "../../src/transfer/csv-column.ts";
import { readCsv } from "../../src/transfer/read-csv.ts";
import { FileError } from "../../src/transfer/source-row.ts";
import { RecordSplitter } from "../../src/transfer/split-records.ts";
import { gather, inPieces } from "./pieces.ts";
import "../support/seed.ts";

const fields: ReadonlyMap<string, FieldSpec> = new Map(
  Object.entries({
    sku: text(),
    name: text(),
    stock: integer(),
    price: money({}),
    size: object({ width: integer(), note: text() }),
    tags: list(text()),
    extra: json({}),
  }).map(([name, field]) => [name, field.spec]),
);

const read = (content: string | Uint8Array, { size = 5, required = ["sku"], maxRowBytes = 1_000 } = {}) =>
  gather(readCsv(inPieces(content, size), { fields, required, limits: { maxRowBytes } }));

const refusal = async (content: string, options = {}): Promise<FileError> => {
  const error = await read(content, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FileError);
  return error as FileError;
};

it("reads nested values, quotes, line ends and a byte order mark, whatever the pieces", async () => {
  const content =
    '\ufeff"sku",name,stock,price.amount,price.currency,size.width,tags,extra\r\n' +
    'A-1,"Mug, ""big""\r\nand blue",3,1250,GBP,4,"[""a"",""b""]","{""x"":1}"\r\n' +
    "\r\nA-2,,,,,,,\n" +
    'A-3,"",x,1e2,,,,5';
  for (let size = 1; size < 40; size += 3)
    expect(await read(content, { size })).toEqual([
      {
        line: 2,
        members: {
          sku: "A-1",
          name: 'Mug, "big"\r\nand blue',
          stock: 3,
          price: { amount: 1250, currency: "GBP" },
          size: { width: 4 },
          tags: ["a", "b"],
          extra: { x: 1 },
        },
      },
      { line: 5, members: { sku: "A-2" } },
      { line: 6, members: { sku: "A-3", name: "", stock: "x", price: { amount: 100 }, extra: 5 } },
    ]);
});

it("names every fault of a header", async () => {
  expect(await refusal("nam,stock,stock,,price\n")).toMatchObject({
    code: "invalid_header",
    line: 1,
    faults: [
      { code: "unknown_column", detail: '"nam" is no column that can be written. Did you mean "name"?' },
      { code: "duplicate_column", detail: 'The column "stock" is there twice.' },
      { code: "unnamed_column", detail: "Column 4 of the header has no name." },
      { code: "unknown_column" },
      { code: "missing_column", detail: 'The column "sku" is missing.' },
    ],
  });
  expect(await refusal("")).toMatchObject({ code: "no_header" });
  expect(await refusal("sku\n", { required: ["price"] })).toMatchObject({
    faults: [{ code: "missing_column", detail: 'The column "price.amount" is missing.' }],
  });
});

it("tells of bad rows with their lines and reads on", async () => {
  const bad = Buffer.from([65, 0xfe, 44, 66, 10]);
  const head = Buffer.from('sku,name\na,b,c\n"x"y,1\nmug "big",2\n"two\nlines"\n');
  const rows = await read(Buffer.concat([head, bad, Buffer.from('"x"\ry,1\nlast,one\n')]));
  expect(rows.map((row) => [row.line, "fault" in row ? row.fault.code : "good"])).toEqual([
    [2, "columns"],
    [3, "quotes"],
    [4, "quotes"],
    [5, "columns"],
    [7, "encoding"],
    [8, "quotes"],
    [9, "good"],
  ]);
  expect(rows[0]).toMatchObject({
    fault: { detail: "The row has 3 cells, and the header 2." },
    input: "a,b,c",
  });
});

it("ends where no further row can be found", async () => {
  expect(await refusal('sku,name\na,"b\nc,d\n')).toMatchObject({ code: "unclosed_quotes", line: 2 });
  expect(await refusal(`sku,name\na,"${"b\n".repeat(600)}`)).toMatchObject({
    code: "unclosed_quotes",
    line: 2,
  });
  expect(await refusal(`sku,name\nz,1\na,${"b".repeat(1_200)}`)).toMatchObject({
    code: "row_too_large",
    line: 3,
  });
});

const cell = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom("=", "'", '"', ",", "\n", "\r", "a", "-", "@", "\t", " ") }),
);

it("reads what another parser reads", async () => {
  await fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 })),
      fc.integer({ min: 1, max: 9 }),
      (rows, size) => {
        const content = rows
          .map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(","))
          .join("\r\n");
        const theirs = parse(content, { relax_column_count: true, record_delimiter: "\r\n" }) as string[][];
        const splitter = new RecordSplitter({ maxRowBytes: 100_000 });
        const bytes = Buffer.from(content);
        const ours = [];
        for (let at = 0; at < bytes.length; at += size)
          ours.push(...splitter.take(bytes.subarray(at, at + size)));
        ours.push(...splitter.end());
        expect(ours.map(({ cells }) => cells)).toEqual(theirs);
      },
    ),
    { numRuns: 200 },
  );
});

it("gives back what was written, and writes nothing that a spreadsheet runs", async () => {
  const columns = columnsOf(fields);
  const record = fc.record(
    {
      sku: cell,
      name: cell,
      stock: fc.integer(),
      price: fc.record({ amount: fc.nat(), currency: fc.constantFrom("GBP", "EUR") }),
      size: fc.record({ width: fc.integer(), note: cell }),
      tags: fc.array(cell),
      extra: fc.oneof(cell, fc.integer(), fc.record({ deep: cell })),
    },
    { requiredKeys: ["sku"] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 5 }),
      fc.integer({ min: 1, max: 60 }),
      async (records, size) => {
        const content = headerOf(columns) + records.map((one) => lineOf(one, columns)).join("");
        const rows = await read(content, { size, maxRowBytes: 1_000_000 });
        expect(rows.map((row) => JSON.parse(JSON.stringify("members" in row ? row.members : row)))).toEqual(
          JSON.parse(JSON.stringify(records)),
        );
        const cells = (parse(content, { relax_column_count: true }) as string[][]).flat();
        expect(cells.filter((text) => /^[=+@\t\r]|^-(?!\d+$)/.test(text))).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});
