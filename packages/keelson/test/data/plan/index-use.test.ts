import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { user } from "../../../src/base/caller.ts";
import { bind } from "../../../src/data/bind.ts";
import { readList } from "../../../src/data/execute.ts";
import { planList } from "../../../src/data/plan/plan-read.ts";
import type { ListSelection, PageRequest } from "../../../src/data/plan/selection.ts";
import { eq, everyone, or } from "../../../src/declare/access.ts";
import { backend } from "../../../src/declare/backend.ts";
import { integer, many, money, reference, text } from "../../../src/declare/field.ts";
import { resource } from "../../../src/declare/resource.ts";
import { linkModel } from "../../../src/model/link-model.ts";
import { parseSort } from "../../../src/model/sort-key.ts";
import { openTestData, type TestData } from "../../support/test-data.ts";

const shop = resource("shop", {
  fields: { account: text(), items: many("item", { via: "shop", embedLimit: 10 }) },
  access: { read: everyone },
});
const item = resource("item", {
  fields: { shop: reference(() => shop), rank: integer(), price: money(), name: text() },
  access: { read: (row, caller) => or(eq(row.shop.account, caller.id), eq(row.rank, 7)) },
  list: { filter: ["shop"], sort: ["createdAt", "rank", "price.amount"] },
});
const model = linkModel(backend({ name: "shops", resources: [shop, item] }));

let data: TestData;

beforeAll(async () => {
  data = await openTestData(model);
  await data.query(
    `insert into shops (id, account) select gen_random_uuid(), 'a' || (n % 50) from generate_series(1, 200) n`,
  );
  await data.query(`
    insert into items (id, shop_id, rank, price_amount, price_currency, name, created_at)
    select gen_random_uuid(), s.id, n % 100, n % 1000, 'EUR', 'item', '2026-01-01'::timestamptz + n * interval '1 minute'
    from generate_series(1, 100) n cross join shops s`);
  await data.query("analyze");
});
afterAll(() => data?.close());

interface PlanNode {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Relation Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly PlanNode[];
}

const nodesIn = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesIn)];

const select = (sort: string, page: PageRequest, resourceName = "item"): ListSelection => {
  const start = model.resources.get(resourceName);
  if (!start) throw new Error("the model has it");
  return {
    resource: resourceName,
    nodes: [{ kind: "field", as: "id", field: "id" }],
    filter: undefined,
    order: parseSort(model.resources, start, sort).keys,
    page,
  };
};

/** How PostgreSQL would run a list: all nodes, and those that find the rows of the page. */
async function explain(selection: ListSelection, caller = user("a1")) {
  const planned = planList(model, selection, data.execution(caller).view);
  const plan = planned.build();
  const [row] = await data.query(
    `explain (format json) ${plan.statement.text}`,
    bind(plan, planned.values, caller),
  );
  const [explained] = (row?.["QUERY PLAN"] ?? []) as readonly { readonly Plan: PlanNode }[];
  if (!explained) throw new Error("PostgreSQL explained nothing");
  const all = nodesIn(explained.Plan);
  const limit = all.find((node) => node["Node Type"] === "Limit");
  if (!limit) throw new Error("a page has a limit");
  return { all, below: nodesIn(limit) };
}

/** The position after the first n rows of a list. */
async function positionAfter(sort: string, rows: number): Promise<readonly (string | null)[]> {
  const selection = select(sort, { limit: rows, direction: "forward" });
  return (await readList(data.execution(user("a1")), selection)).lastKeys;
}

describe.each([
  ["-createdAt", "items_created_at_id_idx"],
  ["createdAt", "items_created_at_id_idx"],
  ["-rank", "items_rank_id_idx"],
  ["price.amount", "items_price_amount_id_idx"],
])("a list sorted by %s", (sort, index) => {
  test.each([0, 49])("reads page %i + 1 from the index, without sorting", async (before) => {
    const limit = 5;
    const position = before === 0 ? undefined : await positionAfter(sort, before * limit);
    const { below } = await explain(
      select(sort, { limit, direction: "forward", ...(position ? { position } : {}) }),
    );
    expect(below.map((node) => node["Index Name"])).toContain(index);
    expect(below.map((node) => node["Node Type"])).not.toContain("Sort");
    expect(below.map((node) => node["Node Type"])).not.toContain("Incremental Sort");
    // The index is entered where the page begins, so that no page costs more than the first.
    const entered = below.some((node) => node["Index Cond"]?.includes("ROW("));
    expect(entered).toBe(position !== undefined);
  });

  test("reads backwards from the index too", async () => {
    const position = await positionAfter(sort, 250);
    const { below } = await explain(select(sort, { limit: 5, direction: "backward", position }));
    expect(below.map((node) => node["Index Name"])).toContain(index);
    expect(below.map((node) => node["Node Type"])).not.toContain("Sort");
  });
});

test("related rows are found by the index of their reference", async () => {
  const related = {
    kind: "many",
    as: "items",
    field: "items",
    nodes: [{ kind: "field", as: "id", field: "id" }],
  } as const;
  const { all } = await explain({
    ...select("id", { limit: 5, direction: "forward" }, "shop"),
    nodes: [related],
  });
  expect(all.some((node) => node["Relation Name"] === "items" && node["Node Type"] === "Seq Scan")).toBe(
    false,
  );
  expect(all.map((node) => node["Index Name"])).toContain("items_shop_id_idx");
});

test("a record is found by its key", async () => {
  const { all } = await explain({
    ...select("id", { limit: 1, direction: "forward" }),
    filter: {
      op: "eq",
      path: { text: "id", hops: [], field: "id", part: undefined },
      value: randomUUID(),
    },
  });
  expect(all.map((node) => node["Index Name"])).toContain("items_pkey");
});
