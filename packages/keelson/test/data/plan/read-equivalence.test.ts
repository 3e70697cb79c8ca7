import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "../../../src/base/caller.ts";
import type { Session } from "../../../src/data/transaction.ts";
import { seed } from "../../support/seed.ts";
import { openTestData, type TestData } from "../../support/test-data.ts";
import { policyModel } from "../policy/policy-model.ts";
import { accessTo, makeRows } from "../policy/policy-rows.ts";
import { fillTables } from "./fill-tables.ts";
import { arbitraryCaller, arbitraryRules, viewOf } from "./policy-view-arbitrary.ts";
import { arbitraryFilter, arbitraryNodes, arbitraryOrder, resourceNamed } from "./read-arbitrary.ts";
import { idNode, pageOf, uniform, walk, walkBack } from "./read-pages.ts";
import { type ReferenceReader, type Rules, referenceReader } from "./reference-reader.ts";

/** Printed when a run fails; set it to see the same failure again. */

const runs = Number(process.env.KEELSON_READ_RUNS ?? 150);

let data: TestData;
let referenceFor: (rules: Rules, caller: Caller) => ReferenceReader;

beforeAll(async () => {
  data = await openTestData(policyModel);
  const rows = makeRows(uniform(seed));
  await fillTables(data, rows);
  const access = accessTo(rows);
  const rowsOf = (resource: string) =>
    rows.filter((row) => row.resource.name === resource && !row.deleted).map(access);
  referenceFor = (rules, caller) => referenceReader(policyModel, rowsOf, rules, caller);
});

afterAll(() => data?.close());

describe(`what PostgreSQL answers is what the selection means (seed ${seed})`, () => {
  test("for generated trees under generated rules, in one statement", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryRules,
        arbitraryCaller,
        arbitraryNodes(resourceNamed("order")),
        fc.option(arbitraryFilter(resourceNamed("order")), { nil: undefined }),
        arbitraryOrder(resourceNamed("order")),
        async (rules, caller, nodes, filter, order) => {
          const execution = data.execution(caller, { view: viewOf(rules, caller) });
          data.statements.length = 0;
          const page = await pageOf(execution, {
            resource: "order",
            nodes,
            filter,
            order,
            page: { limit: 60, direction: "forward" },
          });
          const reference = referenceFor(rules, caller);
          const expected = reference.list("order", filter, order).map((row) => reference.print(row, nodes));
          expect(page.rows).toEqual(expected);
          expect(data.statements).toHaveLength(1);
        },
      ),
      { seed, numRuns: runs },
    );
  });

  test("for generated filters, with values that look like SQL or a pattern", async () => {
    let found = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryFiltered, arbitraryCaller, async ({ resource, filter }, caller) => {
        const execution = data.execution(caller, { view: viewOf(open, caller) });
        const { rows } = await pageOf(execution, {
          resource: resource.name,
          nodes: [idNode],
          filter,
          order: [],
          page: { limit: 100, direction: "forward" },
        });
        const expected = referenceFor(open, caller).list(resource.name, filter, []);
        expect(rows.map((row) => row[idNode.as])).toEqual(expected.map((row) => row.value("id")));
        asked += 1;
        found += rows.length === 0 ? 0 : 1;
      }),
      { seed, numRuns: runs },
    );
    // Filters that let nothing through would prove nothing.
    expect(found / asked).toBeGreaterThan(0.2);
  });
});

describe("the comparison notices", () => {
  const mutants: readonly (readonly [string, RegExp, string])[] = [
    ["rows that the caller may not read", / and \(?exists /g, " or exists "],
    ["rows that were deleted", /"deleted_at" is null/g, '"deleted_at" is distinct from now()'],
    ["missing values first", / asc/g, " asc nulls first"],
    ["negation in three-valued logic", / is not true/g, " is false"],
    ["a list that is one too short", /"n" <= /g, '"n" < '],
    ["the wrong end of a relation", /"order_id" = /g, '"label_id" = '],
  ];
  test.each(mutants)("%s", async (_name, pattern, replacement) => {
    const run = await fc.check(
      fc.asyncProperty(
        arbitraryRules,
        arbitraryCaller,
        arbitraryNodes(resourceNamed("order")),
        arbitraryFilter(resourceNamed("order")),
        arbitraryOrder(resourceNamed("order")),
        async (rules, caller, nodes, filter, order) => {
          const session: Session = {
            run: ({ text }, values, read) =>
              data.database.run({ name: "", text: text.replaceAll(pattern, replacement) }, values, read),
          };
          const execution = data.execution(caller, { view: viewOf(rules, caller), session });
          const page = { limit: 60, direction: "forward" } as const;
          const { rows } = await pageOf(execution, { resource: "order", nodes, filter, order, page });
          const reference = referenceFor(rules, caller);
          const expected = reference.list("order", filter, order).map((row) => reference.print(row, nodes));
          return isDeepStrictEqual(rows, expected);
        },
      ),
      { seed: 1, numRuns: 2_000, endOnFailure: true },
    );
    // By a difference, not because the changed text was no SQL.
    expect(String(run.errorInstance)).toContain("by returning false");
  });
});

describe(`pages (seed ${seed})`, () => {
  test("walking forward yields the sorted set once, walking back the same pages reversed", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryRules,
        arbitraryCaller,
        arbitraryNodes(resourceNamed("order"), 1),
        fc.option(arbitraryFilter(resourceNamed("order"), 1), { nil: undefined }),
        arbitraryOrder(resourceNamed("order")),
        fc.integer({ min: 1, max: 9 }),
        async (rules, caller, nodes, filter, order, limit) => {
          const execution = data.execution(caller, { view: viewOf(rules, caller) });
          const list = { resource: "order", nodes: [...nodes, idNode], filter, order };
          const forward = await walk(execution, list, limit);
          const expected = referenceFor(rules, caller).list("order", filter, order);
          expect(forward.flatMap(({ ids }) => ids)).toEqual(expected.map((row) => row.value("id")));
          const backward = await walkBack(execution, list, limit);
          expect(backward).toEqual(forward);
        },
      ),
      { seed, numRuns: Math.ceil(runs / 3) },
    );
  });
});

const arbitraryFiltered = fc
  .constantFrom("order", "customer", "line", "label", "account")
  .map(resourceNamed)
  .chain((resource) => fc.record({ resource: fc.constant(resource), filter: arbitraryFilter(resource, 3) }));

const open: Rules = { read: () => ({ op: "always" }), field: () => ({ op: "always" }) };
