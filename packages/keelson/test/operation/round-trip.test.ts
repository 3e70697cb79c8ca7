import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { user } from "../../src/base/caller.ts";
import {
  backend,
  bigint,
  boolean,
  choice,
  date,
  decimal,
  email,
  everyone,
  integer,
  json,
  list,
  money,
  number,
  object,
  resource,
  text,
  timestamp,
  url,
  uuid,
} from "../../src/index.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { recordOf } from "./club/outcomes.ts";

/** Every kind of field, twice: one that may be missing, and one with a default. */
const sample = resource("sample", {
  fields: {
    text: text().optional(),
    integer: integer().optional(),
    bigint: bigint().optional(),
    decimal: decimal().optional(),
    fixed: decimal({ precision: 38, scale: 10 }).optional(),
    number: number().optional(),
    boolean: boolean().optional(),
    choice: choice("a", "it's", 'say "b"', "ä\\n").optional(),
    money: money().optional(),
    pounds: money({ currency: "GBP" }).optional(),
    date: date().optional(),
    timestamp: timestamp().optional(),
    uuid: uuid().optional(),
    email: email().optional(),
    url: url().optional(),
    json: json({}).optional(),
    list: list(text()).optional(),
    lists: list(list(integer())).optional(),
    object: object({ a: text().optional(), b: object({ c: number().optional() }).optional() }).optional(),
  },
  access: { read: everyone, create: everyone, update: everyone },
});

const preset = resource("preset", {
  fields: {
    text: text().default('it\'s \\ a "default" — 𝒳\n'),
    empty: text().default(""),
    integer: integer().default(-2_147_483_648),
    bigint: bigint().default("-9223372036854775808"),
    decimal: decimal().default("-0.000000000000000000000000000001"),
    number: number().default(-1e-300),
    boolean: boolean().default(false),
    choice: choice("a", "it's").default("it's"),
    money: money().default({ amount: -5, currency: "JPY" }),
    pounds: money({ currency: "GBP" }).default({ amount: 12, currency: "GBP" }),
    date: date().default("0001-01-01"),
    timestamp: timestamp().default("9999-12-31T23:59:59.999999Z"),
    uuid: uuid().default("01900000-0000-7000-8000-000000000001"),
    json: json({}).default({ "it's": [null, true, 1.5] }),
    list: list(text()).default(["a'b", '"', "{}"]),
    object: object({ a: text() }).default({ a: "x" }),
    today: date().defaultTo("current_date"),
    moment: timestamp().defaultTo("now()"),
    key: uuid().defaultTo("gen_random_uuid()"),
  },
  access: { read: everyone, create: everyone },
});

let store: TestBackend;
const ann = user("ann");

beforeAll(async () => {
  store = await openTestBackend(backend({ name: "samples", resources: [sample, preset] }));
});
afterAll(() => store?.close());

/** Creates, reads alone, lists, and changes to the same: the value must come back each time. */
async function expectRoundTrip(field: string, value: unknown, expected = value): Promise<void> {
  const created = recordOf(await store.call(ann, "sample.create", { input: { [field]: value } }));
  expect(created[field]).toEqual(expected);
  const { id } = created;
  const read = recordOf(await store.call(ann, "sample.get", { id: String(id) }));
  expect(read).toEqual(created);
  const listed = await store.trusted().find(sample, { filter: { id: String(id) } });
  expect(listed.data).toEqual([created]);
  const { id: other } = await store.as(ann).create(sample, {});
  const changed = recordOf(await store.call(ann, "sample.update", { id: other, input: { [field]: value } }));
  expect(changed[field]).toEqual(field === "object" ? withoutNulls(expected) : expected);
}

/** In a merge patch a member that is null is one that goes. */
const withoutNulls = (value: unknown): unknown =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, member]) =>
          member === null ? [] : [[name, withoutNulls(member)]],
        ),
      )
    : value;

const texts = [
  "",
  " ",
  "it's",
  '"quoted"',
  "back\\slash \\n \\u0041",
  "tab\t newline\n return\r\n",
  ",\n{",
  "𝒳 👩‍👩‍👧‍👦 \u{10ffff}",
  "a\u0308 vs ä",
  "\u2028\u2029\ufeff\u200f",
  "\u0001\u001f\u007f",
  "null",
  "{}",
  "'; drop table samples; --",
  "x".repeat(10_000),
  "𝒳".repeat(5_000),
];

describe("values come back as they were given", () => {
  const cases: Readonly<Record<string, readonly unknown[]>> = {
    text: texts,
    integer: [0, 1, -1, 2_147_483_647, -2_147_483_648],
    bigint: ["0", "9223372036854775807", "-9223372036854775808", "9007199254740993"],
    decimal: [
      "0",
      "1.0",
      "0.10",
      "-1.50",
      "123456789012345678901234567890.123456789",
      `0.${"0".repeat(60)}1`,
    ],
    fixed: ["9999999999999999999999999999.9999999999", "-0.0000000001"],
    number: [
      0,
      0.1,
      0.30000000000000004,
      5e-324,
      1.7976931348623157e308,
      -1e21,
      1e-7,
      2 ** 53 + 2,
      123456789.125,
    ],
    boolean: [true, false],
    choice: ["a", "it's", 'say "b"', "ä\\n"],
    money: [
      { amount: 0, currency: "EUR" },
      { amount: Number.MAX_SAFE_INTEGER, currency: "GBP" },
      { amount: Number.MIN_SAFE_INTEGER, currency: "JPY" },
    ],
    pounds: [
      { amount: 1250, currency: "GBP" },
      { amount: Number.MIN_SAFE_INTEGER, currency: "GBP" },
    ],
    date: ["0001-01-01", "0099-12-31", "1582-10-10", "1900-02-28", "2024-02-29", "9999-12-31"],
    timestamp: [
      "0001-01-01T00:00:00Z",
      "0099-06-07T08:09:10.1Z",
      "1883-11-18T17:00:00Z",
      "1970-01-01T00:00:00Z",
      "2026-11-21T09:00:00.123456Z",
      "2026-11-21T09:00:00.000001Z",
      "9999-12-31T23:59:59.999999Z",
    ],
    uuid: ["01900000-0000-7000-8000-000000000001", "00000000-0000-0000-0000-000000000000"],
    email: ["a@example.org", "o'hara+x@example.co.uk"],
    url: ["https://example.org/", "http://localhost:8080/a?b=c'd&e=%20#f"],
    json: [
      true,
      0,
      1.5,
      1e21,
      "text",
      "",
      [],
      {},
      [[], [{}], [null]],
      { "": 1, " ": 2, "a.b": { "c d": [1, "2", null] } },
      { text: texts.slice(0, -2) },
      [Number.MAX_SAFE_INTEGER, 0.1, 5e-324, 1.7976931348623157e308],
    ],
    list: [[], [""], texts.slice(0, 8), ["{", "}", ",", '"', "\\", "NULL"]],
    lists: [[], [[]], [[1, 2], [], [3]]],
    object: [
      { a: null, b: null },
      { a: "", b: { c: 1.5 } },
      { a: "it's", b: { c: null } },
    ],
  };
  for (const [field, values] of Object.entries(cases)) {
    test(field, async () => {
      for (const value of values) await expectRoundTrip(field, value);
      await expectRoundTrip(field, null);
    });
  }

  test("in their one form", async () => {
    await expectRoundTrip("timestamp", "2026-11-21T10:00:00.100000+01:00", "2026-11-21T09:00:00.1Z" as never);
    await expectRoundTrip(
      "uuid",
      "01900000-0000-7000-8000-00000000ABCD",
      "01900000-0000-7000-8000-00000000abcd" as never,
    );
  });

  test("what is left out is null, and the answer is one JSON object", async () => {
    const outcome = await store.call(ann, "sample.create", { input: {} });
    const record = recordOf(outcome);
    expect(Object.keys(record)).toEqual([
      "id",
      ...Object.keys(sample.fields),
      "createdAt",
      "updatedAt",
      "version",
    ]);
    for (const field of Object.keys(sample.fields)) expect(record[field]).toBeNull();
  });

  test("any text, in any place that holds text", async () => {
    const anyText = fc
      .string({ unit: "binary", maxLength: 40 })
      .filter((value) => value.isWellFormed() && !value.includes("\0"));
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (value, other) => {
        const input = { text: value, list: [value, other], json: { k: value }, object: { a: other } };
        const created = await store.trusted().create(sample, input);
        const page = await store.trusted().find(sample, { filter: { text: value }, limit: 200 });
        const found = page.data.find(({ id }) => id === created.id);
        expect(found).toMatchObject({ text: value, list: [value, other], json: { k: value } });
        expect(found?.object?.a).toBe(other);
      }),
      { numRuns: 60 },
    );
  });

  test("any number, any JSON", async () => {
    const anyJson = fc
      .jsonValue({ depthSize: "small", noUnicodeString: false })
      .filter(
        (value) =>
          !JSON.stringify(value).includes("\\u0000") &&
          !/"(?:__proto__|constructor|prototype)"/.test(JSON.stringify(value)),
      );
    const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(
        anyNumber,
        anyJson,
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        async (value, any, big) => {
          const created = await store
            .trusted()
            .create(sample, { number: value, json: any as never, bigint: String(big) });
          // Neither JSON nor SQL keeps the sign of zero.
          expect(created.number).toBe(value + 0);
          expect(created.json).toEqual(JSON.parse(JSON.stringify(any)));
          expect(created.bigint).toBe(String(big));
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("defaults are used where nothing is given", async () => {
  const { id, createdAt, updatedAt, version, today, moment, key, ...rest } = recordOf(
    await store.call(ann, "preset.create", { input: {} }),
  );
  expect(rest).toEqual({
    text: 'it\'s \\ a "default" — 𝒳\n',
    empty: "",
    integer: -2_147_483_648,
    bigint: "-9223372036854775808",
    decimal: "-0.000000000000000000000000000001",
    number: -1e-300,
    boolean: false,
    choice: "it's",
    money: { amount: -5, currency: "JPY" },
    pounds: { amount: 12, currency: "GBP" },
    date: "0001-01-01",
    timestamp: "9999-12-31T23:59:59.999999Z",
    uuid: "01900000-0000-7000-8000-000000000001",
    json: { "it's": [null, true, 1.5] },
    list: ["a'b", '"', "{}"],
    object: { a: "x" },
  });
  expect(moment).toBe(createdAt);
  expect(updatedAt).toBe(createdAt);
  expect(version).toBe(1);
  expect(today).toBe(String(createdAt).slice(0, 10));
  expect(String(key)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  // Time-ordered ids: version 7.
  expect(String(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});
