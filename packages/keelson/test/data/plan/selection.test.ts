import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Caller, system, user } from "../../../src/base/caller.ts";
import { createRecord, readList, readRecord, replaceLinks } from "../../../src/data/execute.ts";
import type { SelectionNode } from "../../../src/data/plan/selection.ts";
import type { FieldPath } from "../../../src/model/app-model.ts";
import { linkModel } from "../../../src/model/link-model.ts";
import { parseSort } from "../../../src/model/sort-key.ts";
import { club } from "../../operation/club/club-model.ts";
import { openTestData, type TestData } from "../../support/test-data.ts";

const model = linkModel(club);
const resource = (name: string) => {
  const found = model.resources.get(name);
  if (!found) throw new Error(`there is no resource "${name}"`);
  return found;
};

let data: TestData;
const ids = { ann: "", bob: "", mine: "", child: "", theirs: "" };
const ann = user("ann");
const staff = user("sue", ["staff"]);

beforeAll(async () => {
  data = await openTestData(model);
  const create = async (name: string, values: object) => {
    const id = crypto.randomUUID();
    await createRecord(data.execution(system("test")), {
      resource: resource(name),
      data: { ...values, id },
      nodes: [],
    });
    return id;
  };
  ids.ann = await create("member", {
    name: "Ann",
    account: "ann",
    email: "ann@example.org",
    remark: "quick",
  });
  ids.bob = await create("member", { name: "Bob", account: "bob", email: "bob@example.org" });
  ids.theirs = await create("project", { owner: ids.bob, title: "Bob's" });
  ids.mine = await create("project", { owner: ids.ann, title: "Ann's", parent: ids.theirs, points: 3 });
  ids.child = await create("project", { owner: ids.ann, title: "Child", parent: ids.mine, points: 1 });
  for (const [title, done] of [
    ["t1", true],
    ["t2", false],
    ["t3", false],
    ["t4", true],
    ["t5", false],
  ] as const)
    await create("task", { project: ids.mine, title, done, assignee: title === "t1" ? ids.bob : ids.ann });
  const open = await create("tag", { label: "open" });
  const hidden = await create("tag", { label: "hidden", hidden: true });
  const tags = resource("project").fields.get("tags");
  if (tags)
    await replaceLinks(data.execution(system("test")), resource("project"), tags, ids.mine, [open, hidden]);
});
afterAll(() => data?.close());
beforeEach(() => {
  data.statements.length = 0;
});

const field = (name: string, as = name): SelectionNode => ({ kind: "field", as, field: name });
const one = (name: string, nodes: readonly SelectionNode[], as = name): SelectionNode => ({
  kind: "one",
  as,
  field: name,
  nodes,
});
const many = (
  name: string,
  nodes: readonly SelectionNode[],
  rest: object = {},
  as = name,
): SelectionNode => ({
  kind: "many",
  as,
  field: name,
  nodes,
  ...rest,
});
const path = (name: string): FieldPath => ({ text: name, hops: [], field: name, part: undefined });
const sorted = (resourceName: string, sort: string) =>
  parseSort(model.resources, resource(resourceName), sort).keys;

/** Reads one project; whatever is asked of it must take one statement. */
async function read(caller: Caller, nodes: readonly SelectionNode[], id = ids.mine): Promise<unknown> {
  const record = await readRecord(data.execution(caller), { resource: resource("project"), id, nodes });
  expect(data.statements.splice(0)).toHaveLength(1);
  return record && JSON.parse(record.json);
}

describe("a selection", () => {
  test("has the names and the order that were asked for", async () => {
    const nodes = [
      field("title", "heading"),
      field("id", "_id"),
      field("points", 'with "quotes" and \\'),
      field("title"),
    ];
    const record = await readRecord(data.execution(ann), {
      resource: resource("project"),
      id: ids.mine,
      nodes,
    });
    expect(record?.json).toBe(
      `{"heading":"Ann's","_id":"${ids.mine}","with \\"quotes\\" and \\\\":3,"title":"Ann's"}`,
    );
  });

  test("nests relations of relations under any names", async () => {
    const nodes = [
      one(
        "owner",
        [
          field("name", "n"),
          many("projects", [field("title"), one("owner", [field("name")], "again")], {
            order: sorted("project", "title"),
          }),
        ],
        "who",
      ),
    ];
    expect(await read(ann, nodes)).toEqual({
      who: {
        n: "Ann",
        projects: {
          data: [
            { title: "Ann's", again: { name: "Ann" } },
            { title: "Child", again: { name: "Ann" } },
          ],
          hasMore: false,
        },
      },
    });
  });

  test("has one relation twice, each with its own filter, order and limit", async () => {
    const done = (value: boolean) => ({ op: "eq", path: path("done"), value }) as const;
    const nodes = [
      many("tasks", [field("title")], { filter: done(true), order: sorted("task", "-title") }, "finished"),
      many(
        "tasks",
        [field("title", "t")],
        { filter: done(false), order: sorted("task", "title"), limit: 2 },
        "open",
      ),
      many("tasks", [], { limit: 0 }, "none"),
    ];
    expect(await read(ann, nodes)).toEqual({
      finished: { data: [{ title: "t4" }, { title: "t1" }], hasMore: false },
      open: { data: [{ t: "t2" }, { t: "t3" }], hasMore: true },
      none: { data: [], hasMore: true },
    });
  });

  test("never embeds more than the relation allows", async () => {
    const answer = (await read(ann, [many("tasks", [field("title")], { limit: 1_000 })])) as {
      tasks: { data: unknown[] };
    };
    expect(answer.tasks).toMatchObject({ hasMore: true });
    expect(answer.tasks.data).toHaveLength(3);
  });

  test("applies the read rule of every hop", async () => {
    const nodes = [
      one("parent", [field("title")]),
      many("tags", [field("label")], { order: sorted("tag", "label") }),
      many("tasks", [one("assignee", [field("name")])], { order: sorted("task", "title"), limit: 2 }),
    ];
    expect(await read(ann, nodes)).toEqual({
      parent: null,
      tags: { data: [{ label: "open" }], hasMore: false },
      tasks: { data: [{ assignee: null }, { assignee: { name: "Ann" } }], hasMore: true },
    });
    expect(await read(staff, nodes)).toEqual({
      parent: { title: "Bob's" },
      tags: { data: [{ label: "hidden" }, { label: "open" }], hasMore: false },
      tasks: { data: [{ assignee: { name: "Bob" } }, { assignee: { name: "Ann" } }], hasMore: true },
    });
    expect(await read(ann, nodes, ids.theirs)).toBeUndefined();
  });

  test("does not tell by hasMore of rows that cannot be read", async () => {
    expect(await read(ann, [many("tags", [field("label")], { limit: 1 })])).toEqual({
      tags: { data: [{ label: "open" }], hasMore: false },
    });
  });

  test("masks fields row by row, whoever selects them", async () => {
    const nodes = [one("owner", [field("name"), field("email"), field("remark"), field("secret")])];
    expect(await read(ann, nodes)).toEqual({
      owner: { name: "Ann", email: "ann@example.org", remark: null, secret: null },
    });
    expect(await read(staff, nodes)).toMatchObject({ owner: { remark: "quick", secret: null } });
  });

  test("is one statement for a list too, and its shape is planned once", async () => {
    const list = (value: number) =>
      readList(data.execution(ann), {
        resource: "project",
        nodes: [field("title"), one("owner", [many("projects", [many("tasks", [field("title")])])])],
        filter: { op: "gte", path: path("points"), value },
        order: sorted("project", "title"),
        page: { limit: 10, direction: "forward" },
      });
    const size = data.plans.size;
    expect(JSON.parse((await list(0)).json)).toHaveLength(2);
    expect(JSON.parse((await list(2)).json)).toHaveLength(1);
    expect(data.statements).toHaveLength(2);
    expect(data.statements[0]).toBe(data.statements[1]);
    expect(data.plans.size).toBe(size + 1);
  });
});
