import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { anonymous } from "../../../src/base/caller.ts";
import { backend, everyone, integer, integerKey, resource, selfReference, text } from "../../../src/index.ts";
import type { Outcome } from "../../../src/operation/outcome.ts";
import { openTestBackend, type TestBackend } from "../../support/test-backend.ts";

const access = { read: everyone, create: everyone, update: everyone, delete: everyone };
/** Its callers make the ids, which name other records of the same kind. */
const shelf = resource("shelf", {
  fields: {
    room: text({ max: 20 }),
    place: integer(),
    label: text({ max: 20 }).unique(),
  },
  key: ["room", "place"],
  access,
});
const topic = resource("topic", {
  fields: {
    code: text({ max: 10 }),
    parent: selfReference("topic", { onDelete: "cascade" }).optional(),
  },
  key: ["code"],
  version: false,
  access,
});
/** The database makes the ids. */
const loan = resource("loan", { fields: { reader: text() }, key: integerKey(), access });

let tested: TestBackend;

beforeAll(async () => {
  tested = await openTestBackend(backend({ name: "stacks", resources: [shelf, topic, loan] }));
});
afterAll(() => tested.close());
beforeEach(() => tested.database.pool.query("truncate shelfs, topics, loans restart identity"));

const send = (name: string, items: readonly unknown[], atomic = true): Promise<Outcome> =>
  tested.call(anonymous, `${name}.batch`, { input: { items }, atomic });
function told(outcome: Outcome) {
  if (!outcome.ok) return outcome.error.code;
  if (outcome.kind !== "batch") throw new Error(outcome.kind);
  return outcome.items.map((item) => (item.ok ? `${item.kind} ${item.id}` : item.error.code));
}
const create = (data: object) => ({ operation: "create", data });

test("ids that callers make, of several parts", async () => {
  const made = await send("shelf", [
    create({ room: "A~1", place: 1, label: "a" }),
    create({ room: "B", place: 2, label: "b" }),
  ]);
  expect(told(made)).toEqual(["create A!11~1", "create B~2"]);
  const items = [
    { operation: "delete", id: "B~2", ifMatch: 1 },
    { operation: "update", id: "A!11~1", data: { label: "b" } },
    { operation: "delete", id: "C~3" },
    create({ room: "B", place: 2, label: "c" }),
  ];
  expect(told(await send("shelf", items, false))).toEqual([
    "delete B~2",
    "update A!11~1",
    "not_found",
    "create B~2",
  ]);
});

test("what is unique goes from one to the other in the order of the items", async () => {
  const shelves = ["a", "b"].map((label, place) => create({ room: "R", place, label }));
  await send("shelf", shelves);
  const name = (place: number, label: string) => ({ operation: "update", id: `R~${place}`, data: { label } });
  expect(told(await send("shelf", [name(0, "b"), name(1, "a")]))).toBe("unique_violation");
  expect(
    told(await send("shelf", [name(0, "x"), name(1, "a"), create({ room: "S", place: 1, label: "b" })])),
  ).toEqual(["update R~0", "update R~1", "create S~1"]);
});

test("items may name those before them, and are gone with them", async () => {
  const items = [
    create({ code: "b", parent: "a" }),
    create({ code: "a" }),
    create({ code: "c", parent: "a" }),
    { operation: "delete", id: "a" },
    { operation: "delete", id: "c" },
  ];
  expect(told(await send("topic", items, false))).toEqual([
    "validation_failed",
    "create a",
    "create c",
    "delete a",
    "not_found",
  ]);
});

test("ids that the database makes are those of their items", async () => {
  const items = ["x", "y", "z"].map((reader) => create({ reader }));
  expect(told(await send("loan", items))).toEqual(["create 1", "create 2", "create 3"]);
  const { data } = await tested.as(anonymous).find(loan);
  expect(data.map(({ id, reader }) => `${id} ${reader}`).sort()).toEqual(["1 x", "2 y", "3 z"]);
});
