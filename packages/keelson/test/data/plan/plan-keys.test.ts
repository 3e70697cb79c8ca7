import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { user } from "../../../src/base/caller.ts";
import { type Planned, planGet, planList } from "../../../src/data/plan/plan-read.ts";
import { planCreate, planUpdate } from "../../../src/data/plan/plan-write.ts";
import type { SelectionNode } from "../../../src/data/plan/selection.ts";
import { always } from "../../../src/declare/expression.ts";
import { linkModel } from "../../../src/model/link-model.ts";
import { policyViews } from "../../../src/model/policy-view.ts";
import { club } from "../../operation/club/club-model.ts";
import { policyModel } from "../policy/policy-model.ts";
import { viewOf } from "./policy-view-arbitrary.ts";
import { arbitraryFilter, arbitraryNodes, arbitraryOrder, resourceNamed } from "./read-arbitrary.ts";

/** Calls with the same key share a statement, so their statements must be the same; what differs are values. */
function expectSharedKeys(): (planned: Planned) => void {
  const texts = new Map<string, string>();
  return (planned) => {
    const { statement, slots } = planned.build();
    expect(texts.get(planned.key) ?? statement.text).toBe(statement.text);
    texts.set(planned.key, statement.text);
    const indexes = slots.flatMap((slot) => (slot.slot === "value" ? [slot.index] : []));
    // Every value has its place in the statement, and every place its value.
    expect([...new Set(indexes)].toSorted((a, b) => a - b)).toEqual(planned.values.map((_value, i) => i));
  };
}

const view = viewOf({ read: () => always, field: () => always }, user("u"));
const order = resourceNamed("order");

/** Few names and shapes, so that keys meet; some names look like parts of a key. */
const nodes: fc.Arbitrary<readonly SelectionNode[]> = fc
  .array(
    fc.record({
      kind: fc.constant("field" as const),
      as: fc.constantFrom("a", "b", "a=name,b", "name", 'a"', "a=name", "a{b}", ""),
      field: fc.constantFrom("name", "whole", "flag"),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .chain((fields) =>
    fc
      .option(fc.record({ limit: fc.option(fc.nat(2), { nil: undefined }), inner: fc.boolean() }), {
        nil: undefined,
      })
      .map((many) =>
        many
          ? [
              ...fields,
              {
                kind: "many" as const,
                as: "lines",
                field: "lines",
                nodes: many.inner ? [{ kind: "field" as const, as: "a", field: "amount" }] : [],
                ...(many.limit === undefined ? {} : { limit: many.limit }),
              },
            ]
          : fields,
      ),
  );

describe("calls with the same key have the same statement", () => {
  test("for lists", () => {
    const check = expectSharedKeys();
    const position = fc.array(fc.option(fc.constant("1"), { nil: null }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.oneof(nodes, arbitraryNodes(order, 2)),
        fc.option(arbitraryFilter(order, 1), { nil: undefined }),
        arbitraryOrder(order),
        fc.option(position, { nil: undefined }),
        fc.constantFrom("forward", "backward"),
        fc.integer({ min: 1, max: 3 }),
        (tree, filter, keys, after, direction, limit) => {
          const terms = keys.some(({ path }) => path.text === "id")
            ? keys.findIndex(({ path }) => path.text === "id") + 1
            : keys.length + 1;
          const full = after && [...Array.from({ length: terms - 1 }, (_, i) => after[i] ?? null), "id"];
          const page = { limit, direction, ...(full ? { position: full } : {}) };
          check(planList(policyModel, { resource: "order", nodes: tree, filter, order: keys, page }, view));
        },
      ),
      { numRuns: 600 },
    );
  });

  test("names that look like parts of a key are told apart from them", () => {
    const field = (as: string, name: string): SelectionNode => ({ kind: "field", as, field: name });
    const trees = [
      [field("a=name,b", "whole")],
      [field("a", "name"), field("b", "whole")],
      [field('a"', "name")],
      [field("a", "name")],
      [field('"a"', "name")],
    ];
    const keys = trees.map(
      (tree) => planGet(policyModel, { resource: order, id: "x", nodes: tree }, view).key,
    );
    expect(new Set(keys).size).toBe(trees.length);
  });

  test("for records", () => {
    const check = expectSharedKeys();
    fc.assert(
      fc.property(nodes, fc.boolean(), (tree, lock) =>
        check(planGet(policyModel, { resource: order, id: "x", nodes: tree, lock }, view)),
      ),
      { numRuns: 300 },
    );
  });

  test("for writes", () => {
    const model = linkModel(club);
    const project = model.resources.get("project");
    if (!project) throw new Error("the model has projects");
    const nothing = fc.constantFrom(undefined, null);
    const data = fc.record({
      owner: fc.constantFrom(undefined, "x"),
      parent: fc.oneof(nothing, fc.constant("x")),
      budget: fc.oneof(nothing, fc.constant({ amount: 1, currency: "EUR" })),
      settings: fc.oneof(nothing, fc.constant({ motto: "x" })),
      meta: fc.oneof(nothing, fc.constant({ rank: 1 })),
      tags: fc.constantFrom(undefined, [], ["x"]),
      reviewers: fc.constantFrom(undefined, [], ["x"]),
    });
    const caller = fc.constantFrom(user("u"), user("s", ["staff"]));
    const views = policyViews(model);
    const check = expectSharedKeys();
    fc.assert(
      fc.property(data, caller, (given, who) => {
        const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const { direct, explained } = planCreate(
          model,
          { resource: project, data: { ...values, id: "x" }, nodes: [] },
          views(who),
        );
        for (const planned of [direct, explained]) if (planned) check(planned);
        check(
          planUpdate(
            model,
            { resource: project, id: "x", versions: null, data: values, nodes: [] },
            views(who),
          ),
        );
      }),
      { numRuns: 600 },
    );
  });
});
