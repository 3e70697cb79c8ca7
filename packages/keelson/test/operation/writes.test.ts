import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { anonymous, type Caller } from "../../src/base/caller.ts";
import { member, note, project, reply, tag, task, vault } from "./club/club-model.ts";
import { ann, bob, type Clubhouse, openClubhouse, type People, staff } from "./club/clubhouse.ts";
import { recordOf, refused, rejection } from "./club/outcomes.ts";

let clubhouse: Clubhouse;
let ids: People;

beforeAll(async () => {
  clubhouse = await openClubhouse();
});
afterAll(() => clubhouse?.close());
beforeEach(async () => {
  ids = await clubhouse.begin();
});

const update = (caller: Caller, id: string, input: object, preconditions?: object) =>
  clubhouse.call(caller, "project.update", { id, input, ...(preconditions ? { preconditions } : {}) });

describe("creating", () => {
  test("answers the record as the caller reads it", async () => {
    const created = recordOf(
      await clubhouse.call(ann, "project.create", {
        input: { owner: ids.ann, title: "New", budget: { amount: 5, currency: "EUR" } },
      }),
    );
    expect(created).toMatchObject({
      owner: ids.ann,
      points: 0,
      sealed: false,
      version: 1,
      parent: null,
      settings: null,
    });
    expect(created.budget).toEqual({ amount: 5, currency: "EUR" });
    expect(created.createdAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(created.updatedAt).toBe(created.createdAt);
    expect(await clubhouse.as(ann).get(project, String(created.id))).toEqual(created);
  });

  test("is refused where the row that would come about is not allowed", async () => {
    const error = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "member.create", { input: { name: "X", account: "bob", email: "x@example.org" } }),
    );
    expect(error).toMatchObject({ code: "forbidden", status: 403 });
  });

  test("is refused to nobody in particular with a way to sign in", async () => {
    const error = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(anonymous, "project.create", { input: { owner: ids.ann, title: "X" } }),
    );
    expect(error).toMatchObject({ code: "unauthenticated", headers: { "www-authenticate": "Bearer" } });
  });

  test("a field with a rule of its own needs that rule too", async () => {
    const input = { name: "A2", account: "ann", email: "a2@example.org" };
    for (const field of [{ tier: "gold" }, { remark: "x" }]) {
      const error = await clubhouse.refusedWithoutTrace(() =>
        clubhouse.call(ann, "member.create", { input: { ...input, ...field } }),
      );
      expect(error.code).toBe("forbidden");
    }
    expect(
      recordOf(
        await clubhouse.call(staff, "member.create", { input: { ...input, tier: "gold", remark: "x" } }),
      ),
    ).toMatchObject({
      tier: "gold",
      remark: "x",
    });
  });

  test("what one may create but not read is answered by its id alone", async () => {
    const created = recordOf(await clubhouse.call(ann, "suggestion.create", { input: { text: "More tea" } }));
    expect(Object.keys(created)).toEqual(["id"]);
    const { rows } = await clubhouse.database.pool.query("select id from suggestions");
    expect(rows).toEqual([created]);
    const error = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "suggestion.update", { id: String(created.id), input: { text: "Less tea" } }),
    );
    expect(error.code).toBe("not_found");
  });

  test("an id that is taken is a unique violation", async () => {
    const error = await rejection(
      clubhouse
        .trusted()
        .create(tag, { id: ids.ann, label: "a" })
        .then(() => clubhouse.trusted().create(tag, { id: ids.ann, label: "b" })),
    );
    expect(error).toMatchObject({ code: "unique_violation", status: 409, errors: [{ pointer: "#/id" }] });
  });
});

describe("changing", () => {
  test("counts versions and never turns time back", async () => {
    const first = await clubhouse.as(ann).get(project, ids.annProject);
    await clubhouse.database.pool.query(
      "update projects set updated_at = now() + interval '1 hour' where id = $1",
      [ids.annProject],
    );
    const ahead = await clubhouse.as(ann).get(project, ids.annProject);
    const second = recordOf(await update(ann, ids.annProject, { title: "T2" }));
    expect(second).toMatchObject({
      version: first.version + 1,
      updatedAt: ahead.updatedAt,
      createdAt: first.createdAt,
    });
    const third = recordOf(await update(ann, ids.annProject, {}));
    expect(third).toMatchObject({ version: first.version + 2, title: "T2" });
  });

  test("a row cannot be moved out of the caller's reach, nor into it", async () => {
    await clubhouse.trusted().update(member, ids.bob, { listed: true });
    const away = await clubhouse.refusedWithoutTrace(() => update(ann, ids.annProject, { owner: ids.bob }));
    expect(away).toMatchObject({ code: "forbidden" });
    const here = await clubhouse.refusedWithoutTrace(() => update(ann, ids.bobProject, { owner: ids.ann }));
    expect(here).toMatchObject({ code: "not_found" });
    const self = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "member.update", { id: ids.ann, input: { account: "bob" } }),
    );
    expect(self.code).toBe("forbidden");
    expect(recordOf(await update(staff, ids.annProject, { owner: ids.bob }))).toMatchObject({
      owner: ids.bob,
    });
  });

  test("what is no longer allowed afterwards is not allowed, although it was before", async () => {
    const error = await clubhouse.refusedWithoutTrace(() => update(ann, ids.annProject, { sealed: true }));
    expect(error.code).toBe("forbidden");
    await clubhouse.trusted().update(project, ids.annProject, { sealed: true });
    expect(
      (await clubhouse.refusedWithoutTrace(() => update(ann, ids.annProject, { sealed: false }))).code,
    ).toBe("forbidden");
  });

  test("refusals come in one order: not there, not allowed, not that version", async () => {
    const stale = { ifMatch: [99] };
    const nowhere = await clubhouse.refusedWithoutTrace(() =>
      update(ann, randomUUID(), { title: "x" }, stale),
    );
    const unreadable = await clubhouse.refusedWithoutTrace(() =>
      update(ann, ids.bobProject, { title: "x" }, stale),
    );
    expect(unreadable).toEqual(nowhere);
    expect(unreadable).toMatchObject({ code: "not_found", status: 404 });
    await clubhouse.trusted().update(project, ids.annProject, { sealed: true });
    expect(
      await clubhouse.refusedWithoutTrace(() => update(ann, ids.annProject, { title: "x" }, stale)),
    ).toMatchObject({ status: 403 });
    await clubhouse.trusted().update(project, ids.annProject, { sealed: false });
    expect(
      await clubhouse.refusedWithoutTrace(() => update(ann, ids.annProject, { title: "x" }, stale)),
    ).toMatchObject({
      code: "precondition_failed",
      status: 412,
    });
    const huge = { ifMatch: [Number.MAX_SAFE_INTEGER] };
    expect(
      await clubhouse.refusedWithoutTrace(() => update(ann, ids.annProject, { title: "x" }, huge)),
    ).toMatchObject({
      status: 412,
    });
    const { version } = await clubhouse.as(ann).get(project, ids.annProject);
    expect(
      recordOf(await update(ann, ids.annProject, { title: "x" }, { ifMatch: [98, version] })),
    ).toMatchObject({ title: "x" });
    expect(recordOf(await update(ann, ids.annProject, { title: "y" }, { ifMatch: "*" }))).toMatchObject({
      title: "y",
    });
  });

  test("what cannot be an id names nothing", async () => {
    for (const id of ["nonsense", "", "'; drop table projects; --", `${ids.annProject}0`]) {
      for (const operation of ["project.get", "project.update", "project.delete", "project.act"]) {
        const part = operation === "project.update" ? { id, input: {} } : { id };
        expect(refused(await clubhouse.call(ann, operation, part)).code).toBe("not_found");
      }
    }
    const upper = await clubhouse.call(ann, "project.get", { id: ids.annProject.toUpperCase() });
    expect(upper).toMatchObject({ ok: true, id: ids.annProject });
  });

  test("of many changes of one version at once, one is made", async () => {
    const { version } = await clubhouse.as(ann).get(project, ids.annProject);
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        update(ann, ids.annProject, { title: `T${i}` }, { ifMatch: [version] }),
      ),
    );
    const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error.code]));
    expect(errors).toEqual(Array.from({ length: 11 }, () => "precondition_failed"));
    expect(await clubhouse.as(ann).get(project, ids.annProject)).toMatchObject({ version: version + 1 });
  });

  test("changes of different members at once are all kept", async () => {
    await Promise.all([
      update(ann, ids.annProject, { settings: { motto: "on" } }),
      update(ann, ids.annProject, { settings: { theme: "dark" } }),
      update(ann, ids.annProject, { settings: { size: { width: 1, height: 1 } } }),
      update(ann, ids.annProject, { points: 5 }),
    ]);
    expect(await clubhouse.as(ann).get(project, ids.annProject)).toMatchObject({
      version: 5,
      points: 5,
      settings: { motto: "on", theme: "dark", size: { width: 1, height: 1 } },
    });
  });

  test("a record that cannot be read is not waited for when another holds it", async () => {
    await clubhouse.database.transaction("write", async (tx) => {
      await tx.query("select 1 from projects where id = $1 for update", [ids.bobProject]);
      expect(refused(await update(ann, ids.bobProject, { title: "x" })).code).toBe("not_found");
      expect(refused(await clubhouse.call(ann, "project.delete", { id: ids.bobProject })).code).toBe(
        "not_found",
      );
      expect(refused(await clubhouse.call(ann, "project.act", { id: ids.bobProject })).code).toBe(
        "not_found",
      );
    });
  });

  test("the field's own write rule holds before and after", async () => {
    const error = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "member.update", { id: ids.ann, input: { tier: "gold" } }),
    );
    expect(error.code).toBe("forbidden");
    expect(
      recordOf(await clubhouse.call(staff, "member.update", { id: ids.ann, input: { tier: "gold" } })),
    ).toMatchObject({ tier: "gold" });
  });
});

describe("references", () => {
  test("to what cannot be read are as wrong as to what does not exist", async () => {
    const shape = (id: string) => ({
      create: () => clubhouse.call(ann, "project.create", { input: { owner: id, title: "x" } }),
      update: () => update(ann, ids.annProject, { owner: id }),
      parent: () => update(ann, ids.annProject, { parent: id }),
    });
    const nobody = shape(randomUUID());
    const unreadable = shape(ids.bob);
    for (const kind of ["create", "update"] as const) {
      const expected = await clubhouse.refusedWithoutTrace(nobody[kind]);
      expect(await clubhouse.refusedWithoutTrace(unreadable[kind])).toEqual(expected);
      expect(expected).toMatchObject({
        code: "validation_failed",
        status: 422,
        errors: [{ pointer: "#/owner", code: "reference_not_found" }],
      });
    }
    const missing = await clubhouse.refusedWithoutTrace(nobody.parent);
    expect(await clubhouse.refusedWithoutTrace(shape(ids.bobProject).parent)).toEqual(missing);
    expect(missing.errors[0]?.pointer).toBe("#/parent");
  });

  test("to a deleted record are as wrong", async () => {
    const { id } = await clubhouse.as(ann).create(note, { slug: "gone" });
    await clubhouse.as(ann).delete(note, id);
    const error = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "reply.create", { input: { note: id, text: "x" } }),
    );
    expect(error.errors).toMatchObject([{ pointer: "#/note", code: "reference_not_found" }]);
  });

  test("many wrong ones are all named", async () => {
    const input = { project: randomUUID(), assignee: ids.bob, title: "x" };
    const error = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(staff, "task.create", { input: { ...input, assignee: randomUUID() } }),
    );
    expect(error.errors.map(({ pointer }) => pointer)).toEqual(["#/project", "#/assignee"]);
  });
});

describe("constraints", () => {
  test("a value that is taken says where", async () => {
    const one = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "member.create", {
        input: { name: "B", account: "ann", email: "bob@example.org" },
      }),
    );
    expect(one).toMatchObject({
      code: "unique_violation",
      status: 409,
      errors: [{ pointer: "#/email", code: "unique" }],
    });
    const both = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "project.create", { input: { owner: ids.ann, title: "Ann's" } }),
    );
    expect(both.errors.map(({ pointer }) => pointer)).toEqual(["#/owner", "#/title"]);
  });

  test("what the database checks is the last line, also for the system", async () => {
    await expect(
      clubhouse.database.pool.query("update projects set points = -1 where id = $1", [ids.annProject]),
    ).rejects.toMatchObject({ code: "23514" });
    const error = await clubhouse.refusedWithoutTrace(() => update(ann, ids.annProject, { points: -1 }));
    expect(error).toMatchObject({ code: "validation_failed", errors: [{ pointer: "#/points" }] });
  });

  test("a text that is too long for its index is refused as input", async () => {
    // Within its declared length, but nothing that could be compressed to fit a page of the index.
    const body = randomBytes(4_500).toString("hex");
    const error = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "note.create", { input: { slug: "long", body } }),
    );
    expect(error).toMatchObject({ code: "validation_failed", status: 422 });
    expect(
      (await clubhouse.call(ann, "note.create", { input: { slug: "long", body: "x".repeat(9_000) } })).ok,
    ).toBe(true);
  });

  test("what is still referred to cannot be deleted; what belongs to it goes along; the rest forgets it", async () => {
    const restricted = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(staff, "member.delete", { id: ids.ann }),
    );
    expect(restricted).toMatchObject({ code: "still_referenced", status: 409 });
    const all = clubhouse.trusted();
    const { id: child } = await all.create(project, {
      owner: ids.ann,
      title: "child",
      parent: ids.annProject,
    });
    await all.create(task, { project: ids.annProject, title: "t" });
    await clubhouse.as(ann).delete(project, ids.annProject);
    expect((await all.find(task)).data).toEqual([]);
    expect(await all.get(project, child)).toMatchObject({ parent: null });
  });

  test("a refusal to delete does not name what the caller cannot see", async () => {
    await clubhouse.trusted().create(vault, { secret: "s", project: ids.annProject });
    const error = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "project.delete", { id: ids.annProject }),
    );
    expect(error.code).toBe("still_referenced");
    expect(JSON.stringify([error.detail, error.errors, error.members])).not.toContain("vault");
  });
});

describe("deleting", () => {
  test("asks its own rule, the version and whether it is there, in the same order", async () => {
    const del = (caller: Caller, id: string, preconditions: object = {}) =>
      clubhouse.refusedWithoutTrace(() => clubhouse.call(caller, "project.delete", { id, preconditions }));
    expect((await del(ann, ids.bobProject, { ifMatch: [99] })).code).toBe("not_found");
    expect((await del(staff, ids.bobProject, { ifMatch: [99] })).code).toBe("forbidden");
    expect((await del(bob, ids.bobProject, { ifMatch: [99] })).code).toBe("precondition_failed");
    expect(await clubhouse.call(bob, "project.delete", { id: ids.bobProject })).toEqual({
      ok: true,
      kind: "none",
    });
    expect((await del(bob, ids.bobProject)).code).toBe("not_found");
  });

  test("softly hides the record everywhere", async () => {
    const db = clubhouse.as(ann);
    const kept = await db.create(note, { slug: "kept", project: ids.annProject });
    const gone = await db.create(note, { slug: "gone", project: ids.annProject });
    const answer = await db.create(reply, { note: gone.id, text: "r" });
    await db.delete(note, gone.id);
    expect((await rejection(db.get(note, gone.id))).code).toBe("not_found");
    expect((await db.find(note)).data.map(({ id }) => id)).toEqual([kept.id]);
    expect((await db.get(project, ids.annProject, { expand: { notes: true } })).notes.data).toMatchObject([
      { id: kept.id },
    ]);
    expect(await db.get(reply, answer.id, { expand: { note: true } })).toMatchObject({ note: null });
    expect((await db.find(reply, { filter: { "note.slug": "gone" } })).data).toEqual([]);
    expect((await db.find(reply, { filter: { note: gone.id } })).data).toHaveLength(1);
    for (const operation of ["note.update", "note.delete"]) {
      const part = operation === "note.update" ? { input: {} } : {};
      expect(refused(await clubhouse.call(ann, operation, { id: gone.id, ...part })).code).toBe("not_found");
    }
    // Unique among what is there: the name of a deleted record is free again.
    expect(await db.create(note, { slug: "gone" })).toMatchObject({ slug: "gone", version: 1 });
    const stored = await clubhouse.database.pool.query(
      "select version, deleted_at is not null as deleted from notes where id = $1",
      [gone.id],
    );
    expect(stored.rows).toEqual([{ version: 2, deleted: true }]);
  });
});
