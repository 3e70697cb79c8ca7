import { expect, test } from "vitest";
import { isUuid, newId } from "../../src/base/id.ts";

test("ids are version 7, all different, and in the order in which they were made", () => {
  const before = Date.now();
  const ids = Array.from({ length: 20_000 }, () => newId());
  for (const id of ids) {
    expect(isUuid(id)).toBe(true);
    expect(id[14]).toBe("7");
    expect("89ab").toContain(id[19]);
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  const firstMs = Number.parseInt((ids[0] ?? "").replace("-", "").slice(0, 12), 16);
  expect(firstMs).toBeGreaterThanOrEqual(before);
});

test("only the canonical form is an id", () => {
  const id = newId();
  for (const other of [id.toUpperCase(), `{${id}}`, id.replaceAll("-", ""), `${id}\n`, "", id.slice(1)])
    expect(isUuid(other)).toBe(false);
});
