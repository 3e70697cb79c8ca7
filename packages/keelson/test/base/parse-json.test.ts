import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultJsonLimits, type JsonFault, parseJson } from "../../src/base/parse-json.ts";

const accepted = (source: string | Uint8Array): unknown => {
  const parsed = parseJson(source);
  if (!parsed.ok) throw new Error(`${parsed.error.code}: ${parsed.error.detail}`);
  return parsed.value;
};

const refused = (source: string | Uint8Array, limits = defaultJsonLimits): JsonFault => {
  const parsed = parseJson(source, limits);
  if (parsed.ok) throw new Error(`accepted as ${JSON.stringify(parsed.value)}`);
  return parsed.error;
};

/** What JavaScript's own parser makes of a text, or undefined when it refuses it. */
const native = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const reserved = new Set(["__proto__", "constructor", "prototype"]);
const key = fc.string({ unit: "binary" }).filter((name) => !reserved.has(name));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", maxDepth: 6 },
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("tree"), { maxLength: 5 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 5 }),
  ),
}));

describe("what is accepted", () => {
  test("everything that JSON.stringify prints comes back, in any layout", () => {
    fc.assert(
      fc.property(tree, fc.constantFrom("", " ", "\t", "\r\n  "), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(JSON.stringify(accepted(Buffer.from(text)))).toBe(JSON.stringify(value));
        expect(JSON.stringify(accepted(text))).toBe(JSON.stringify(value));
      }),
      { numRuns: 1_000 },
    );
  });

  test("nothing is accepted that JSON.parse refuses, and never with another value", () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 2 }),
      insert: fc.constantFrom(...fragments),
    });
    fc.assert(
      fc.property(tree, fc.array(edit, { minLength: 1, maxLength: 3 }), (value, edits) => {
        let text = JSON.stringify(value);
        for (const { at, remove, insert } of edits) {
          const start = at % (text.length + 1);
          text = text.slice(0, start) + insert + text.slice(start + remove);
        }
        const parsed = parseJson(text);
        const other = native(text);
        if (parsed.ok) expect(JSON.stringify(parsed.value)).toBe(JSON.stringify(other?.value));
        else if (other) expect(strictOnly).toContain(parsed.error.code);
        else expect(["syntax", "trailing", "encoding", ...strictOnly]).toContain(parsed.error.code);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    [" \t\r\n1 \t\r\n", 1],
    ["-0", 0],
    ["0.1", 0.1],
    ["1.50", 1.5],
    ["1e2", 100],
    ["1E+2", 100],
    ["100e-2", 1],
    ["9007199254740992", 9007199254740992],
    ["-9007199254740991", -9007199254740991],
    ["123456789012345680000", 123456789012345680000],
    ["1.7976931348623157e308", 1.7976931348623157e308],
    ["5e-324", 5e-324],
    ["0e999", 0],
    ['"\\u00e9\\ud83d\\ude00\\n\\/"', "é😀\n/"],
    ['"\u2028"', "\u2028"],
    ["[]", []],
    ["[ ]", []],
    ["[[],[]]", [[], []]],
  ])("%s", (text, value) => {
    expect(accepted(text)).toStrictEqual(value);
  });

  test("objects have no prototype, so that no name means anything but what was sent", () => {
    const value = accepted('{"a":{"toString":1}}') as { a: object };
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.getPrototypeOf(value.a)).toBeNull();
  });

  test("exactly the budgets", () => {
    const limits = { maxDepth: 2, maxKeys: 2, maxValues: 4 };
    expect(parseJson('{"a":[1],"b":2}', limits).ok).toBe(true);
    expect(parseJson("[[]]", limits).ok).toBe(true);
  });
});

const fragments = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\",
  "\\u",
  "\\ud800",
  "0",
  "-",
  "1e400",
  ".",
  "e",
  "tru",
  " ",
  "\u0000",
  "\n",
  "é",
];
/** Refused here and accepted by JSON.parse. */
const strictOnly = ["duplicate_key", "reserved_key", "surrogate", "number", "depth", "encoding"];

describe("what is refused", () => {
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

  test.each<[string, JsonFault["code"], string, number]>([
    ["", "syntax", "#", 0],
    ["   ", "syntax", "#", 3],
    ["\ufeff{}", "bom", "#", 0],
    ["{} {}", "trailing", "#", 3],
    ["1,", "trailing", "#", 1],
    ["nul", "syntax", "#", 0],
    ["NaN", "syntax", "#", 0],
    ["Infinity", "syntax", "#", 0],
    ["'a'", "syntax", "#", 0],
    ["{a:1}", "syntax", "#", 1],
    ['{"a":1,}', "syntax", "#/a", 7],
    ["[1,]", "syntax", "#/1", 3],
    ["[1 2]", "syntax", "#/0", 3],
    ['{"a" 1}', "syntax", "#/a", 5],
    ['{"a":}', "syntax", "#/a", 5],
    ["01", "syntax", "#", 0],
    ["-", "syntax", "#", 1],
    ["+1", "syntax", "#", 0],
    [".5", "syntax", "#", 0],
    ["1.", "syntax", "#", 2],
    ["1e", "syntax", "#", 2],
    ["1e+", "syntax", "#", 3],
    ["0x10", "trailing", "#", 1],
    ['"a', "syntax", "#", 2],
    ['"a\\', "syntax", "#", 3],
    ['"\\x"', "syntax", "#", 0],
    ['"\\u12"', "syntax", "#", 0],
    ['"\n"', "syntax", "#", 1],
    ['"\u0000"', "syntax", "#", 1],
    ["[1] // no", "trailing", "#", 4],
    ['{"a":1,"b":{"c":1,"c":2}}', "duplicate_key", "#/b/c", 18],
    ['{"a":null,"a":null}', "duplicate_key", "#/a", 10],
    ['{"a":1,"\\u0061":2}', "duplicate_key", "#/a", 7],
    ['{"__proto__":{}}', "reserved_key", "#/__proto__", 1],
    ['[{"x":{"constructor":1}}]', "reserved_key", "#/0/x/constructor", 7],
    ['{"prototype":1}', "reserved_key", "#/prototype", 1],
    ['{"__pr\\u006fto__":1}', "reserved_key", "#/__proto__", 1],
    ['{"a":"\\ud800"}', "surrogate", "#/a", 5],
    ['{"a":"\\udc00\\ud800"}', "surrogate", "#/a", 5],
    ['{"\\ud800":1}', "surrogate", "#", 1],
    ["\ud800", "encoding", "#", 0],
    ['{"n":9007199254740993}', "number", "#/n", 5],
    ["-9007199254740993", "number", "#", 0],
    ["1e400", "number", "#", 0],
    ["-1e400", "number", "#", 0],
    ["1e-400", "number", "#", 0],
    ["0.1000000000000000055511151231257827", "number", "#", 0],
    ["3.14159265358979323846", "number", "#", 0],
    [`0.${"0".repeat(500)}1`, "number", "#", 0],
    ["9".repeat(1_000), "number", "#", 0],
    [deep(33), "depth", `#${"/0".repeat(32)}`, 32],
    [deep(100_000), "depth", `#${"/0".repeat(32)}`, 32],
    ['{"a~/ü":[0,x]}', "syntax", "#/a~0~1%C3%BC/1", 11],
  ])("case %#", (text, code, pointer, offset) => {
    expect(refused(text)).toMatchObject({ code, pointer, offset });
  });

  test.each([
    ["a stray continuation byte", [0x22, 0x80, 0x22]],
    ["an overlong form", [0x22, 0xc0, 0xaf, 0x22]],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a cut sequence", [0x22, 0xc3]],
  ])("bytes that are not UTF-8: %s", (_name, bytes) => {
    expect(refused(Uint8Array.from(bytes)).code).toBe("encoding");
  });

  test("a byte order mark in bytes", () => {
    expect(refused(Uint8Array.from([0xef, 0xbb, 0xbf, 0x31])).code).toBe("bom");
  });

  test("too many members or values", () => {
    const limits = { maxDepth: 8, maxKeys: 3, maxValues: 5 };
    expect(refused('{"a":1,"b":{"c":1,"d":1}}', limits)).toMatchObject({ code: "keys", pointer: "#/b/d" });
    expect(refused("[1,2,3,4,5]", limits)).toMatchObject({ code: "values", pointer: "#/4" });
  });

  test("the place is told by line and column", () => {
    expect(refused('{\n  "a": 1,\n  "b": oops\n}')).toMatchObject({ line: 3, column: 8, pointer: "#/b" });
  });
});

test("work is linear in the text, whatever is in it", () => {
  const size = 300_000;
  const hostile = [
    `"${"\\u0061".repeat(size / 6)}"`,
    `"${"\\".repeat(size)}`,
    `[${"1,".repeat(40_000)}`,
    `${" ".repeat(size)}x`,
    `"${"a".repeat(size)}`,
    `{"${"k".repeat(size)}":`,
    "-".repeat(size),
    `1${"0".repeat(size)}`,
    `0.${"0".repeat(size)}`,
  ];
  // Anything worse than linear would run into the test's time limit.
  for (const text of hostile) for (let round = 0; round < 5; round += 1) parseJson(text);
});
