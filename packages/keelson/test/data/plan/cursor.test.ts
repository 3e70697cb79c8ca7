import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CursorBinding, type CursorKey, newCursorCodec } from "../../../src/data/plan/cursor.ts";
import type { FilterNode } from "../../../src/data/plan/selection.ts";
import type { FieldPath } from "../../../src/model/app-model.ts";

const day = 24 * 3_600_000;
const key = (id: string, fill: number): CursorKey => ({ id, secret: new Uint8Array(32).fill(fill) });
const clockAt = (now: number) => ({ now: () => now });
const start = Date.UTC(2026, 0, 1);
const codec = newCursorCodec({ keys: [key("k1", 1)], clock: clockAt(start) });

const path = (text: string): FieldPath => ({ text, hops: [], field: text, part: undefined });
const filter: FilterNode = {
  op: "and",
  args: [
    { op: "eq", path: path("status"), value: "paid" },
    { op: "not", arg: { op: "in", path: path("count"), values: [1, 2] } },
  ],
};
const binding: CursorBinding = {
  resource: "order",
  filter,
  order: [{ path: path("createdAt"), descending: true }],
  view: "u1",
};
const place = { direction: "forward", position: ["2026-01-01T00:00:00Z", null, "é\n😀"] } as const;
const token = codec.encode(place, binding);

const places = fc.record({
  direction: fc.constantFrom("forward" as const, "backward" as const),
  position: fc.array(fc.option(fc.string({ unit: "binary" })), { maxLength: 6 }),
});

test("what was encoded is decoded", () => {
  fc.assert(
    fc.property(places, (given) => {
      expect(codec.decode(codec.encode(given, binding), binding)).toEqual(given);
    }),
  );
});

test("is safe in a URL", () => {
  fc.assert(
    fc.property(places, (given) => encodeURIComponent(codec.encode(given, binding)).includes("%") === false),
  );
});

describe("refuses, without throwing,", () => {
  const refuses = (text: string, other = binding, by = codec) =>
    expect(by.decode(text, other)).toBeUndefined();

  test("every change of one bit", () => {
    const bytes = Buffer.from(token);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      refuses(flipped.toString("latin1"));
    }
  });
  test("every truncation and extension", () => {
    for (let length = 0; length < token.length; length += 1) refuses(token.slice(0, length));
    for (const more of ["A", "=", ".", " ", "\n", token]) refuses(token + more);
  });
  test("garbage", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => void refuses(text)));
    const part = fc.base64String({ maxLength: 60 });
    fc.assert(fc.property(part, part, (a, b) => void refuses(`k1.${a}.${b}`)));
    refuses(`k1.${"A".repeat(100_000)}.${"A".repeat(22)}`);
  });
  test("other keys, also under the same id", () => {
    const other = newCursorCodec({ keys: [key("k1", 2)], clock: clockAt(start) });
    refuses(token, binding, other);
    refuses(token, binding, newCursorCodec({ keys: [key("k2", 1)], clock: clockAt(start) }));
    refuses(token.replace("k1.", "__proto__."));
  });
  test("another resource, order, view or filter", () => {
    refuses(token, { ...binding, resource: "product" });
    refuses(token, { ...binding, view: "u2" });
    refuses(token, { ...binding, order: [] });
    refuses(token, { ...binding, order: [{ path: path("createdAt"), descending: false }] });
    refuses(token, { ...binding, filter: undefined });
    refuses(token, { ...binding, filter: { ...filter, op: "or" } });
    refuses(token, { ...binding, filter: { op: "eq", path: path("status"), value: "draft" } });
    const spread = (values: readonly string[]) =>
      ({ ...binding, filter: { op: "in", path: path("status"), values } }) as const;
    refuses(codec.encode(place, spread(["a", "b"])), spread(["a,b"]));
  });
  test("after three days, or from the future", () => {
    const at = (now: number) => newCursorCodec({ keys: [key("k1", 1)], clock: clockAt(now) });
    expect(at(start + 3 * day).decode(token, binding)).toEqual(place);
    refuses(token, binding, at(start + 3 * day + 1_000));
    refuses(token, binding, at(start - 61_000));
  });
});

test("previous keys still verify, the first one signs", () => {
  const rotated = newCursorCodec({ keys: [key("k2", 2), key("k1", 1)], clock: clockAt(start) });
  expect(rotated.decode(token, binding)).toEqual(place);
  expect(rotated.encode(place, binding)).toMatch(/^k2\./);
});

test("keys that could not be used safely are refused", () => {
  const make =
    (...keys: [CursorKey, ...CursorKey[]]) =>
    () =>
      newCursorCodec({ keys, clock: clockAt(start) });
  expect(make({ id: "k1", secret: new Uint8Array(8) })).toThrow(RangeError);
  expect(make(key("a.b", 1))).toThrow(RangeError);
  expect(make(key("", 1))).toThrow(RangeError);
  expect(make(key("k1", 1), key("k1", 2))).toThrow(RangeError);
});
