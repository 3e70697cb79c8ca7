import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../../src/base/caller.ts";
import type { KeelsonError } from "../../../src/base/error.ts";
import type { BatchItemResult } from "../../../src/operation/batch/batch-result.ts";
import type { Outcome } from "../../../src/operation/outcome.ts";
import { member, note, project, tag } from "../club/club-model.ts";
import { ann, bob, type Clubhouse, openClubhouse, staff } from "../club/clubhouse.ts";

let clubhouse: Clubhouse;

const tables = ["members", "tags", "notes", "projects"];

beforeAll(async () => {
  clubhouse = await openClubhouse();
  await fill();
  const copies = tables.map((table) => `create table kept.${table} as table ${table}`);
  await clubhouse.database.pool.query(["create schema kept", ...copies].join("; "));
});
afterAll(() => clubhouse?.close());

const idOf = (kind: number, number: number): string => `019aa3c2-5c00-7000-8000-00000000${kind}00${number}`;
const members = [1, 2, 3].map((number) => idOf(1, number));
const notes = [1, 2, 3].map((number) => idOf(2, number));
const projects = [1, 2, 3].map((number) => idOf(3, number));
const tags = [1, 2].map((number) => idOf(4, number));
const nowhere = idOf(9, 9);

/** The same rows with the same ids, every time. */
async function reset(): Promise<void> {
  const rows = tables.map((table) => `insert into ${table} select * from kept.${table}`);
  await clubhouse.database.pool.query([`truncate ${tables.join(", ")} cascade`, ...rows].join("; "));
}

async function fill(): Promise<void> {
  const db = clubhouse.trusted();
  const accounts = ["ann", "bob", "cy"];
  const create = (data: object) => ({ operation: "create", data }) as never;
  await db.batch(
    member,
    members.map((id, at) =>
      create({ id, name: `M${at}`, account: accounts[at], email: `${at}@example.org`, listed: at === 2 }),
    ),
  );
  await db.batch(
    note,
    notes.map((id, at) => create({ id, slug: `s${at}` })),
  );
  await db.batch(
    project,
    projects.map((id, at) => create({ id, owner: members[at % 2], title: `t${at}`, sealed: at === 2 })),
  );
  await db.batch(
    tag,
    tags.map((id, at) => create({ id, label: `l${at}`, hidden: at === 1 })),
  );
}

interface Item {
  readonly operation: "create" | "update" | "delete";
  readonly id?: string;
  readonly ifMatch?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

const some = fc.constantFrom;
const slug = some("s0", "s1", "s2", "new", "other");
const address = some("0@example.org", "1@example.org", "2@example.org", "new@example.org", "no address");
const choices: Readonly<Record<string, fc.Arbitrary<Readonly<Record<string, unknown>>>>> = {
  member: fc.record(
    {
      name: some("Ann", "Bea", ""),
      account: some("ann", "bob"),
      email: address,
      listed: fc.boolean(),
      tier: some("basic", "gold"),
      secret: fc.constant("s"),
    },
    { requiredKeys: [] },
  ),
  note: fc.record(
    { slug, body: some("b", null), project: some(...projects, nowhere, null), wrong: fc.constant(1) },
    { requiredKeys: ["slug"] },
  ),
  project: fc.record(
    {
      owner: some(...members, nowhere),
      title: some("t0", "t1", "t2", "new", ""),
      parent: some(...projects, nowhere, null),
      points: some(1, 2, -1),
      settings: some(null, { theme: "dark" }, { motto: "x", size: { width: 1, height: 1 } }, { size: {} }),
      tags: some([], tags, [tags[0]]),
      budget: some(null, { amount: 5, currency: "EUR" }, { amount: 1, currency: "xx" }),
    },
    { requiredKeys: [] },
  ),
};
const known: Readonly<Record<string, readonly string[]>> = {
  member: members,
  note: notes,
  project: projects,
};

function itemsOf(resource: string): fc.Arbitrary<readonly Item[]> {
  const data = choices[resource] ?? fc.constant({});
  const target = fc.record(
    { id: some(...(known[resource] ?? []), nowhere, "nonsense"), ifMatch: some(1, 2) },
    { requiredKeys: ["id"] },
  );
  const item = fc.oneof(
    { weight: 3, arbitrary: data.map((given): Item => ({ operation: "create", data: given })) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(target, data)
        .map(([to, given]): Item => ({ operation: "update", ...to, data: given })),
    },
    { weight: 2, arbitrary: target.map((to): Item => ({ operation: "delete", ...to })) },
  );
  return fc.uniqueArray(item, {
    minLength: 1,
    maxLength: 7,
    comparator: (a, b) => a.id !== undefined && a.id === b.id,
  });
}

const batches = some("member", "note", "project").chain((resource) =>
  fc.record({
    resource: fc.constant(resource),
    caller: some(ann, bob, staff),
    items: itemsOf(resource),
    atomic: fc.boolean(),
  }),
);

async function single(caller: Caller, resource: string, { operation, id, ifMatch, data }: Item) {
  return clubhouse.call(caller, `${resource}.${operation}`, {
    ...(id === undefined ? {} : { id }),
    ...(ifMatch === undefined ? {} : { preconditions: { ifMatch: [ifMatch] } }),
    ...(operation === "delete" ? {} : { input: data }),
  });
}

/** Without what is made anew every time. */
function plain(record: unknown, created: boolean): unknown {
  const { createdAt: _at, updatedAt: _then, ...rest } = record as Record<string, unknown>;
  if (created) delete rest.id;
  return rest;
}

function told(error: KeelsonError, index: number): unknown {
  const errors = error.errors.map((fault) =>
    fault.pointer?.startsWith("#/items/")
      ? fault
      : { ...fault, pointer: `#/items/${index}/data${(fault.pointer ?? "#").slice(1)}` },
  );
  return { code: error.code, status: error.status, errors };
}

function ofSingle(outcome: Outcome, { operation, id }: Item, index: number): unknown {
  if (!outcome.ok) return { ...(id ? { id } : {}), ...(told(outcome.error, index) as object) };
  if (outcome.kind === "none") return { kind: "delete", id, version: null };
  if (outcome.kind !== "record") throw new Error(outcome.kind);
  return {
    kind: operation,
    ...(operation === "create" ? {} : { id: outcome.id }),
    version: outcome.version,
    record: plain(JSON.parse(outcome.json), operation === "create"),
  };
}

function ofItem(result: BatchItemResult, index: number): unknown {
  if (!result.ok)
    return { ...(result.id ? { id: result.id } : {}), ...(told(result.error, index) as object) };
  const { kind, id, version, json } = result;
  if (json === null) return { kind, id, version };
  const made = kind === "create";
  return { kind, ...(made ? {} : { id }), version, record: plain(JSON.parse(json), made) };
}

async function contents(): Promise<unknown> {
  const stored = ["members", "notes", "projects", "projects_tags"];
  const texts = stored.map((table) => `select '${table}' as name, to_jsonb(t) as row from ${table} t`);
  const { rows } = await clubhouse.database.pool.query(texts.join(" union all "));
  const given = [...members, ...notes, ...projects];
  return rows
    .map(({ name, row }) => {
      const { created_at: _c, updated_at: _u, deleted_at, id, project_id, ...rest } = row;
      const own = given.includes(id) ? { id } : {};
      const of = given.includes(project_id) ? { project_id } : {};
      return JSON.stringify({ name, ...rest, ...own, ...of, gone: deleted_at != null });
    })
    .sort();
}

test("a batch is what single calls one after the other are", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(batches, async ({ resource, caller, items, atomic }) => {
      await reset();
      const before = await contents();
      const outcomes: Outcome[] = [];
      for (const item of items) outcomes.push(await single(caller, resource, item));
      const after = await contents();
      await reset();
      const batch = await clubhouse.call(caller, `${resource}.batch`, { atomic, input: { items } });
      const failed = outcomes.findIndex(({ ok }) => !ok);
      if (atomic && failed >= 0) {
        expect(await contents()).toEqual(before);
        if (batch.ok) throw new Error("the batch went through");
        const codes = outcomes.map((outcome) => (outcome.ok ? undefined : outcome.error.code));
        const isInvalid = batch.error.code === "validation_failed";
        expect(codes).toContain(batch.error.code);
        if (!isInvalid) expect(batch.error.code).toBe(codes[failed]);
        for (const { pointer } of batch.error.errors) {
          const index = Number(/^#\/items\/(\d+)/.exec(pointer ?? "")?.[1]);
          expect(codes[index]).toBe(batch.error.code);
        }
        return;
      }
      if (!batch.ok || batch.kind !== "batch") throw new Error(JSON.stringify(batch));
      expect(batch.items.map(ofItem)).toEqual(
        outcomes.map((outcome, index) => ofSingle(outcome, items[index] as Item, index)),
      );
      expect(await contents()).toEqual(after);
    }),
    { numRuns: 40 },
  );
});
