import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as declare from "../../src/declare/field.ts";
import { madeText } from "../../src/testing/factory/made-text.ts";
import { madeValue } from "../../src/testing/factory/made-value.ts";
import { testBackend } from "../../src/testing/index.ts";
import { market } from "../market/market-model.ts";
import { desk } from "./desk.ts";

describe("factories", () => {
  it("make valid records of every resource, with all that they refer to", async () => {
    await using t = await testBackend(market.backend);
    for (const factory of Object.values(t.make)) {
      const rows = await factory.many(12);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(12);
    }
  });

  it("make the same records in every database", async () => {
    const made = async () => {
      await using t = await testBackend(desk);
      t.clock.set("2030-01-01T00:00:00Z");
      return [await t.make.ticket(), await t.make.label.many(3)];
    };
    expect(await made()).toEqual(await made());
  });

  it("take values, records in place of ids, and what only handlers may set", async () => {
    await using t = await testBackend(desk);
    const [author, label] = [await t.make.person(), await t.make.label({ word: "urgent" })];
    const ticket = await t.make.ticket({ author, labels: [label], closed: true });
    expect(ticket).toMatchObject({ author: author.id, closed: true });
    const shown = await t.asSystem("look").ticket.get(ticket.id, { expand: ["labels"] });
    expect(shown.labels.data).toMatchObject([{ word: "urgent" }]);
    const rows = await t.make.ticket.many(3, (at) => ({ author, points: at + 1 }));
    expect(rows.map(({ points }) => points)).toEqual([1, 2, 3]);
    expect(await t.db.selectFrom("person").selectAll().execute()).toHaveLength(1);
  });

  it("refuse what the model refuses", async () => {
    await using t = await testBackend(desk);
    await expect(t.make.ticket({ points: 9 })).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "#/points" }],
    });
    // @ts-expect-error: no such field
    await expect(t.make.ticket({ colour: "red" })).rejects.toMatchObject({ code: "validation_failed" });
  });
});

describe("made texts", () => {
  const patterns = [
    "[A-Z]{3}-\\d{4}",
    "(a|b|cc)+x?",
    "\\p{Lu}\\p{Ll}*",
    "[^a-z]{2,}",
    "SKU-[0-9]{2,6}(-[A-Z])?",
    "\\+[1-9]\\d{6,14}",
  ];

  it.each(patterns)("match %s, and differ", (pattern) => {
    const texts = Array.from({ length: 40 }, (_, at) => madeText("it", { pattern, max: 30 }, at + 1));
    for (const text of texts) expect(text).toMatch(new RegExp(`^(?:${pattern})$`, "u"));
    expect(new Set(texts).size).toBeGreaterThan(30);
  });

  it("keep to their length", () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 5_000 }),
        (min, room, n) => {
          const text = madeText("headline", { min, max: min + room }, n) ?? "";
          expect(text.length).toBeGreaterThanOrEqual(min);
          expect(text.length).toBeLessThanOrEqual(min + room);
        },
      ),
    );
  });
});

it("made numbers keep to their bounds", () => {
  const bounds = fc
    .tuple(fc.integer({ min: -5_000, max: 5_000 }), fc.nat(300))
    .map(([min, span]) => ({ min, max: min + span }));
  fc.assert(
    fc.property(bounds, fc.integer({ min: 1, max: 2_000 }), ({ min, max }, n) => {
      const texts = { min: String(min), max: String(max) };
      for (const [spec, value] of [
        declare.integer({ min, max }),
        declare.number({ min, max }),
        declare.bigint(texts),
        declare.decimal({ ...texts, precision: 12, scale: 2 }),
      ].map((field) => [field.spec, madeValue("it", field.spec, n)] as const)) {
        expect(Number(value), spec.kind).toBeGreaterThanOrEqual(min);
        expect(Number(value), spec.kind).toBeLessThanOrEqual(max);
      }
    }),
  );
});
