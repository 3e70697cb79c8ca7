import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "../../src/base/caller.ts";
import { project, tag } from "./club/club-model.ts";
import { ann, type Clubhouse, openClubhouse, type People, staff } from "./club/clubhouse.ts";
import { recordOf } from "./club/outcomes.ts";

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

describe("links", () => {
  let tags: readonly string[];
  let hidden: string;
  beforeEach(async () => {
    const all = clubhouse.trusted();
    const made = await Promise.all(["a", "b", "c"].map((label) => all.create(tag, { label })));
    tags = made.map(({ id }) => id);
    hidden = (await all.create(tag, { label: "h", hidden: true })).id;
  });
  const linked = async (caller: Caller) =>
    (await clubhouse.as(caller).get(project, ids.annProject, { expand: { tags: true } })).tags.data
      .map(({ label }) => label)
      .toSorted();

  test("come with a creation, are replaced, and cleared", async () => {
    const { id } = await clubhouse
      .as(ann)
      .create(project, { owner: ids.ann, title: "linked", tags: [tags[0], tags[1]] as string[] });
    const read = async () =>
      (await clubhouse.as(ann).get(project, id, { expand: { tags: true } })).tags.data
        .map(({ label }) => label)
        .toSorted();
    expect(await read()).toEqual(["a", "b"]);
    const changed = recordOf(await update(ann, id, { tags: [tags[1], tags[2]] }));
    expect(changed.version).toBe(2);
    expect(await read()).toEqual(["b", "c"]);
    await update(ann, id, { title: "still" });
    expect(await read()).toEqual(["b", "c"]);
    await update(ann, id, { tags: [] });
    expect(await read()).toEqual([]);
  });

  test("lead only to what the caller can read, and all or nothing is written", async () => {
    for (const wrong of [hidden, randomUUID()]) {
      const error = await clubhouse.refusedWithoutTrace(() =>
        update(ann, ids.annProject, { title: "no", tags: [tags[0], wrong] }),
      );
      expect(error).toMatchObject({
        code: "validation_failed",
        errors: [{ pointer: "#/tags", code: "reference_not_found" }],
      });
      const creation = await clubhouse.refusedWithoutTrace(() =>
        clubhouse.call(ann, "project.create", { input: { owner: ids.ann, title: "no", tags: [wrong] } }),
      );
      expect(creation.errors).toEqual(error.errors);
    }
  });

  test("that the caller cannot see are not taken away", async () => {
    expect((await update(staff, ids.annProject, { tags: [tags[0], hidden] })).ok).toBe(true);
    expect(await linked(ann)).toEqual(["a"]);
    expect((await update(ann, ids.annProject, { tags: [tags[1]] })).ok).toBe(true);
    expect(await linked(ann)).toEqual(["b"]);
    expect(await linked(staff)).toEqual(["b", "h"]);
  });

  test("have the write rule of their field", async () => {
    const error = await clubhouse.refusedWithoutTrace(() =>
      update(ann, ids.annProject, { reviewers: [ids.ann] }),
    );
    expect(error.code).toBe("forbidden");
    const creation = await clubhouse.refusedWithoutTrace(() =>
      clubhouse.call(ann, "project.create", { input: { owner: ids.ann, title: "r", reviewers: [] } }),
    );
    expect(creation.code).toBe("forbidden");
    expect((await update(staff, ids.annProject, { reviewers: [ids.ann, ids.bob] })).ok).toBe(true);
  });

  test("do not outlive either end", async () => {
    await update(ann, ids.annProject, { tags: [tags[0], tags[1]] });
    await clubhouse.trusted().delete(tag, tags[0] as string);
    expect(await linked(ann)).toEqual(["b"]);
    await clubhouse.as(ann).delete(project, ids.annProject);
    expect(
      (await clubhouse.database.pool.query("select count(*)::int as n from projects_tags")).rows,
    ).toEqual([{ n: 0 }]);
  });
});

describe("merge patch", () => {
  test("merges into objects, and null takes away", async () => {
    const patch = async (input: object) => recordOf(await update(ann, ids.annProject, input));
    expect((await patch({ settings: { motto: "on" } })).settings).toMatchObject({ motto: "on" });
    expect((await patch({ settings: { size: { width: 2, height: 3 } } })).settings).toMatchObject({
      motto: "on",
      size: { width: 2, height: 3 },
    });
    expect((await patch({ settings: { size: { height: 4 }, theme: "dark" } })).settings).toMatchObject({
      motto: "on",
      theme: "dark",
      size: { width: 2, height: 4 },
    });
    expect((await patch({ settings: { motto: null, size: null } })).settings).not.toHaveProperty(
      "motto",
      "on",
    );
    expect((await patch({ settings: null })).settings).toBeNull();
  });

  test("is judged by its result", async () => {
    const half = await clubhouse.refusedWithoutTrace(() =>
      update(ann, ids.annProject, { settings: { size: { height: 4 } } }),
    );
    expect(half).toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "#/settings/size/width", code: "required" }],
    });
    const invalid = await clubhouse.refusedWithoutTrace(() =>
      update(ann, ids.annProject, { meta: { note: "n" } }),
    );
    expect(invalid).toMatchObject({ code: "validation_failed" });
    expect(recordOf(await update(ann, ids.annProject, { meta: { rank: 3, note: "n" } })).meta).toEqual({
      rank: 3,
      note: "n",
    });
    expect(recordOf(await update(ann, ids.annProject, { meta: { rank: 4 } })).meta).toEqual({
      rank: 4,
      note: "n",
    });
    const taken = await clubhouse.refusedWithoutTrace(() =>
      update(ann, ids.annProject, { meta: { rank: null } }),
    );
    expect(taken.errors[0]?.pointer).toContain("#/meta");
    const beyond = await clubhouse.refusedWithoutTrace(() =>
      update(ann, ids.annProject, { title: "no", meta: { rank: 11 } }),
    );
    expect(beyond.errors[0]?.pointer).toBe("#/meta/rank");
  });
});
