import { describe, expect, test } from "vitest";
import { everyone } from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import { integer, text } from "../../src/declare/field.ts";
import { command } from "../../src/declare/operation.ts";
import { newChance } from "../../src/testing/fuzz/chance.ts";
import { fuzz } from "../../src/testing/fuzz/fuzz.ts";
import { FuzzError } from "../../src/testing/fuzz/fuzz-report.ts";
import { testBackend } from "../../src/testing/test-backend.ts";
import { seed } from "../support/seed.ts";
import { fieldsModel } from "./fields-model.ts";

describe("every kind of field, key and operation", () => {
  test("behaves as its description says, in all versions", async () => {
    await using t = await testBackend(fieldsModel);
    const callers = { somebody: { id: "ann" }, staff: { id: "sue", roles: ["staff"] } } as const;
    const report = await fuzz(t, { seed, requests: 900, callers });
    expect(report.failures).toEqual([]);
    expect(report.byKind).toMatchObject({
      valid: expect.any(Number),
      almost: expect.any(Number),
      hostile: expect.any(Number),
      story: expect.any(Number),
    });
    expect(Object.keys(report.byStatus)).toEqual(
      expect.arrayContaining(["200", "201", "204", "400", "401", "404", "412", "415", "422"]),
    );
  }, 180_000);
});

/** Breaks what it promises in three ways. */
const broken = backend({
  name: "broken",
  resources: [],
  commands: [
    command("explode", {
      input: { word: text({ max: 10 }) },
      access: everyone,
      run: ({ input }) => {
        if (input.word.includes("'")) throw new Error(`no quotes: ${input.word}`);
      },
    }),
    command("boast", {
      output: { size: integer() },
      access: everyone,
      run: () => ({ size: "great" }) as never,
    }),
    command("scatter", {
      access: everyone,
      run: () => void Promise.reject(new Error("left behind")),
    }),
  ],
});

describe("faults that are there", () => {
  test("are found, made small, and told with a command that shows them", async () => {
    const t = await testBackend(broken);
    const thrown = await fuzz(t, { seed: 1, requests: 600 }).catch((error: unknown) => error);
    await t.close().catch(() => {});
    expect(thrown).toBeInstanceOf(FuzzError);
    const { report, message } = thrown as FuzzError;
    const explode = report.failures.find(
      ({ rule, operation }) => rule === "server error" && operation === "explode",
    );
    expect(explode?.request).toMatch(/^curl -i .*-X POST 'http:.*\/v1\/explode'/);
    expect(explode?.cause).toContain("no quotes");
    expect(report.failures.map(({ rule, operation }) => `${rule} ${operation}`)).toEqual(
      expect.arrayContaining(["schema boast", "unhandled rejection undefined"]),
    );
    expect(message).toContain("seed 1");
  }, 180_000);
});

test("the same seed makes the same choices", () => {
  const some = (from: number) => {
    const chance = newChance(from);
    return Array.from({ length: 50 }, () => chance.below(1_000));
  };
  expect(some(7)).toEqual(some(7));
  expect(some(7)).not.toEqual(some(8));
  expect(new Set(some(7)).size).toBeGreaterThan(30);
});
