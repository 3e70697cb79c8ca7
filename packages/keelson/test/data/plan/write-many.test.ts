import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Caller } from "../../../src/base/caller.ts";
import type { Execution } from "../../../src/data/execute.ts";
import { createRecords, deleteRecords, lockRecords, updateRecords } from "../../../src/data/execute-many.ts";
import { newPlanCache } from "../../../src/data/plan-cache.ts";
import type { ResourceModel } from "../../../src/model/app-model.ts";
import { note, project, tag } from "../../operation/club/club-model.ts";
import {
  ann,
  bob,
  type Clubhouse,
  openClubhouse,
  type People,
  staff,
} from "../../operation/club/clubhouse.ts";

let clubhouse: Clubhouse;
let ids: People;

beforeAll(async () => {
  clubhouse = await openClubhouse();
});
afterAll(() => clubhouse?.close());
beforeEach(async () => {
  ids = await clubhouse.begin();
});

const plans = newPlanCache();
const as = (caller: Caller): Execution => ({
  model: clubhouse.model,
  plans,
  session: clubhouse.database,
  caller,
  view: clubhouse.app.viewOf(caller),
});
const resourceOf = (name: string): ResourceModel => {
  const resource = clubhouse.model.resources.get(name);
  if (!resource) throw new Error(name);
  return resource;
};
const nodes = ["id", "title", "points", "version"].map((field) => ({
  kind: "field" as const,
  as: field,
  field,
}));
const parsed = (json: string | null | undefined) => (json == null ? json : JSON.parse(json));

test("each row is judged by itself, and those that may be are written", async () => {
  const rows = [
    { id: randomUUID(), owner: ids.ann, title: "One", parent: null },
    { id: randomUUID(), owner: ids.bob, title: "Not mine", parent: null },
    { id: randomUUID(), owner: ids.ann, title: 'Two "quoted", \\ {null}', parent: ids.annProject },
    { id: randomUUID(), owner: ids.ann, title: "Lost", parent: ids.bobProject },
  ];
  const answers = await createRecords(as(ann), { resource: resourceOf("project"), rows, nodes });
  expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, true, true]);
  expect(answers.map(({ missing }) => missing.map(({ name }) => name))).toEqual([
    [],
    ["owner"],
    [],
    ["parent"],
  ]);
  expect(answers.map(({ json }) => parsed(json)?.title)).toEqual([
    "One",
    undefined,
    rows[2]?.title,
    undefined,
  ]);
  expect(parsed(answers[0]?.json)).toEqual({ id: rows[0]?.id, title: "One", points: 0, version: 1 });
  const { data } = await clubhouse.as(ann).find(project, { sort: "createdAt" });
  expect(data.map(({ title }) => title).sort()).toEqual(["Ann's", "One", rows[2]?.title]);
});

test("changes go to their own rows, versions apart; what is not there has no answer", async () => {
  const more = await clubhouse.trusted().create(project, { owner: ids.ann, title: "More" });
  const request = {
    resource: resourceOf("project"),
    rows: [{ points: 1 }, { points: 2 }, { points: 3 }],
    ids: [more.id, ids.bobProject, ids.annProject],
    versions: [[7, 1], null, [9]],
    nodes,
  };
  const answers = await updateRecords(as(ann), request);
  expect(answers.map(({ exists, matches }) => [exists, matches])).toEqual([
    [true, true],
    [false, false],
    [true, false],
  ]);
  expect(parsed(answers[0]?.json)).toMatchObject({ id: more.id, points: 1, version: 2 });
  expect((await clubhouse.as(ann).get(project, ids.annProject)).points).toBe(0);
  expect((await clubhouse.as(bob).get(project, ids.bobProject)).points).toBe(0);
});

test("deletes or marks what is there and may be", async () => {
  const label = (text: string) => clubhouse.trusted().create(tag, { label: text });
  const tags = await Promise.all(["a", "b"].map(label));
  const targets = { ids: tags.map(({ id }) => id), versions: [null, null] };
  const refused = await deleteRecords(as(staff), { resource: resourceOf("tag"), ...targets });
  expect(refused.map(({ exists, allowed }) => [exists, allowed])).toEqual([
    [true, false],
    [true, false],
  ]);
  expect(await clubhouse.labels()).toHaveLength(2);
  const first = await clubhouse.trusted().create(note, { slug: "n" });
  const gone = await deleteRecords(as(ann), {
    resource: resourceOf("note"),
    ids: [first.id, randomUUID()],
    versions: [[1], null],
  });
  expect(gone.map(({ exists, allowed }) => [exists, allowed])).toEqual([
    [true, true],
    [false, false],
  ]);
  const { rows } = await clubhouse.database.pool.query("select deleted_at, version from notes");
  expect(rows).toEqual([{ deleted_at: expect.any(Date), version: 2 }]);
});

test("one violated constraint undoes the statement", async () => {
  const rows = [ids.ann, ids.bob].map((id) => ({ id, slug: "same" }));
  await expect(
    createRecords(as(ann), { resource: resourceOf("note"), rows, nodes: [] }),
  ).rejects.toMatchObject({ code: "23505" });
  expect((await clubhouse.database.pool.query("select 1 from notes")).rows).toEqual([]);
});

test("the same statement serves any number of rows", async () => {
  const before = plans.size;
  for (const count of [1, 2, 50]) {
    const rows = Array.from({ length: count }, (_one, at) => ({
      id: randomUUID(),
      owner: ids.ann,
      title: `${count}-${at}`,
      points: at,
      budget: { amount: at, currency: "EUR" },
      startsAt: "2026-11-21T00:00:00Z",
    }));
    const answers = await createRecords(as(ann), { resource: resourceOf("project"), rows, nodes });
    expect(answers.map(({ json }) => parsed(json).title)).toEqual(rows.map(({ title }) => title));
  }
  expect(plans.size).toBe(before + 1);
});

test("locks what the caller can read, and nothing else", async () => {
  await clubhouse.database.transaction("write", async (tx) => {
    const request = {
      resource: resourceOf("project"),
      ids: [ids.bobProject, ids.annProject],
      deletes: false,
    };
    await lockRecords({ ...as(ann), session: tx }, request);
    const { rows } = await clubhouse.database.pool.query(
      "select id from projects for no key update skip locked",
    );
    expect(rows).toEqual([{ id: ids.bobProject }]);
  });
});
