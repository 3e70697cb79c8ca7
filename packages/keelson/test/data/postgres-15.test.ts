import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { user } from "../../src/base/caller.ts";
import { club, member, note, project, tag } from "../operation/club/club-model.ts";
import { recordOf, refused } from "../operation/club/outcomes.ts";
import { localPostgres } from "../support/local-postgres.ts";
import { seed } from "../support/seed.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { openTestData, type TestData } from "../support/test-data.ts";
import { fillTables } from "./plan/fill-tables.ts";
import { arbitraryCaller, arbitraryRules, viewOf } from "./plan/policy-view-arbitrary.ts";
import { arbitraryFilter, arbitraryNodes, arbitraryOrder, resourceNamed } from "./plan/read-arbitrary.ts";
import { idNode, pageOf, uniform, walk, walkBack } from "./plan/read-pages.ts";
import { referenceReader } from "./plan/reference-reader.ts";
import { policyModel } from "./policy/policy-model.ts";
import { accessTo, makeRows } from "./policy/policy-rows.ts";

/** The oldest version that is supported; the rest of the tests runs on the embedded one. */
const server = await localPostgres();

describe.skipIf(server === undefined)("on PostgreSQL 15", () => {
  let data: TestData;
  let clubhouse: TestBackend;
  const ann = user("ann");

  beforeAll(async () => {
    data = await openTestData(policyModel, { server: server as string });
    clubhouse = await openTestBackend(club, { server: server as string });
    expect(String((await data.query("show server_version"))[0]?.server_version)).toMatch(/^15\./);
  });
  afterAll(async () => {
    await data?.close();
    await clubhouse?.close();
  });

  test(`selections, filters, orders and pages mean the same (seed ${seed})`, async () => {
    const rows = makeRows(uniform(seed));
    await fillTables(data, rows);
    const access = accessTo(rows);
    const rowsOf = (name: string) =>
      rows.filter((row) => row.resource.name === name && !row.deleted).map(access);
    await fc.assert(
      fc.asyncProperty(
        arbitraryRules,
        arbitraryCaller,
        arbitraryNodes(resourceNamed("order")),
        arbitraryFilter(resourceNamed("order")),
        arbitraryOrder(resourceNamed("order")),
        async (rules, caller, nodes, filter, order) => {
          const execution = data.execution(caller, { view: viewOf(rules, caller) });
          const reference = referenceReader(policyModel, rowsOf, rules, caller);
          const list = { resource: "order", nodes, filter, order };
          const page = await pageOf(execution, { ...list, page: { limit: 60, direction: "forward" } });
          const expected = reference.list("order", filter, order);
          expect(page.rows).toEqual(expected.map((row) => reference.print(row, nodes)));
          const forward = await walk(execution, { ...list, nodes: [idNode] }, 7);
          expect(forward.flatMap(({ ids }) => ids)).toEqual(expected.map((row) => row.value("id")));
          expect(await walkBack(execution, { ...list, nodes: [idNode] }, 7)).toEqual(forward);
        },
      ),
      { seed, numRuns: 40 },
    );
  });

  test("records are written, judged, patched, linked, deleted", async () => {
    const all = clubhouse.trusted();
    const owner = (await all.create(member, { name: "Ann", account: "ann", email: "ann@example.org" })).id;
    const bob = (await all.create(member, { name: "Bob", account: "bob", email: "bob@example.org" })).id;
    const tags = [(await all.create(tag, { label: "a" })).id, (await all.create(tag, { label: "b" })).id];
    const input = {
      owner,
      title: "Ä 𝒳 '",
      budget: { amount: Number.MAX_SAFE_INTEGER, currency: "EUR" },
      startsAt: "0001-01-01T00:00:00.000001Z",
      dueOn: "9999-12-31",
      settings: { theme: "dark", size: { width: 1, height: 2 } },
      meta: { rank: 1 },
      tags,
    };
    const created = recordOf(await clubhouse.call(ann, "project.create", { input }));
    const { tags: _links, ...values } = input;
    expect(created).toMatchObject(values);
    const id = String(created.id);
    const update = (patch: object, preconditions = {}) =>
      clubhouse.call(ann, "project.update", { id, input: patch, preconditions });
    expect(recordOf(await update({ settings: { size: { height: 3 } } })).settings).toEqual({
      theme: "dark",
      size: { width: 1, height: 3 },
    });
    expect(refused(await update({ meta: { rank: 11 } })).code).toBe("validation_failed");
    expect(refused(await update({ owner: bob })).code).toBe("validation_failed");
    expect(refused(await update({ sealed: true })).code).toBe("forbidden");
    expect(refused(await update({}, { ifMatch: [1] })).code).toBe("precondition_failed");
    expect(
      refused(await clubhouse.call(ann, "project.create", { input: { owner, title: input.title } })).code,
    ).toBe("unique_violation");
    expect((await update({ tags: [tags[1]] })).ok).toBe(true);
    const read = await clubhouse.as(ann).get(project, id, { expand: { tags: true, owner: true } });
    expect(read).toMatchObject({
      version: 3,
      tags: { data: [{ label: "b" }], hasMore: false },
      owner: { name: "Ann" },
    });
    const points = await Promise.all(
      Array.from({ length: 16 }, () =>
        clubhouse.call(ann, "project.addPoints", { id, input: { amount: 1 } }),
      ),
    );
    expect(points.every(({ ok }) => ok)).toBe(true);
    expect(await clubhouse.as(ann).get(project, id)).toMatchObject({ points: 16 });
    await clubhouse.as(ann).delete(project, id);
    expect(refused(await clubhouse.call(ann, "project.get", { id })).code).toBe("not_found");
  });

  test("letters are found whatever their case, and deleted records free their names", async () => {
    const db = clubhouse.as(ann);
    const made = await db.create(note, { slug: "Straße ÄÖ%_\\" });
    for (const contains of ["äö", "ÄÖ%", "%_\\", "STRAßE"])
      expect((await db.find(note, { filter: { slug: { contains } } })).data).toMatchObject([{ id: made.id }]);
    for (const contains of ["ä%ö", "_ö", "o"])
      expect((await db.find(note, { filter: { slug: { contains } } })).data).toEqual([]);
    await db.delete(note, made.id);
    expect((await db.create(note, { slug: made.slug })).id).not.toBe(made.id);
  });
});
