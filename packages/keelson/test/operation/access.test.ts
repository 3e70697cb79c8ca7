import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anonymous, type Caller, user } from "../../src/base/caller.ts";
import type { KeelsonError } from "../../src/base/error.ts";
import { and, backend, eq, ne, not, oneOfClaim, or, resource, text, uuid } from "../../src/index.ts";
import type { Outcome } from "../../src/operation/outcome.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { club, member, project, vault } from "./club/club-model.ts";
import { refused, rejection } from "./club/outcomes.ts";

const ann = user("ann");
const bob = user("bob");
const staff = user("sue", ["staff"]);

describe("what may not be read does not exist", () => {
  let clubhouse: TestBackend;
  let ids: {
    readonly ann: string;
    readonly bob: string;
    readonly annProject: string;
    readonly bobProject: string;
  };

  beforeAll(async () => {
    clubhouse = await openTestBackend(club);
    const all = clubhouse.trusted();
    const a = await all.create(member, {
      name: "Ann",
      account: "ann",
      email: "ann@example.org",
      remark: "quick",
    });
    const b = await all.create(member, {
      name: "Bob",
      account: "bob",
      email: "bob@example.org",
      remark: "slow",
      listed: true,
    });
    const ap = await all.create(project, { owner: a.id, title: "Ann's" });
    const bp = await all.create(project, { owner: b.id, title: "Bob's" });
    await all.create(vault, { secret: "s" });
    ids = { ann: a.id, bob: b.id, annProject: ap.id, bobProject: bp.id };
  });
  afterAll(() => clubhouse?.close());

  const list = (caller: Caller, resourceName: string, read: object) =>
    clubhouse.call(caller, `${resourceName}.list`, { read });
  /** The same question about two names must get the same answer, but for the name. */
  const alike = (outcome: Outcome, name: string): string => {
    const { code, status, errors, detail } = refused(outcome);
    // Suggestions name what can be seen, and differ as the spelling does.
    return JSON.stringify({ code, status, errors, detail })
      .replaceAll(name, "*")
      .replaceAll(/ Did you mean [^?]*\?/g, "");
  };

  test("rows", async () => {
    const nowhere = refused(await clubhouse.call(ann, "project.get", { id: randomUUID() }));
    const unreadable = refused(await clubhouse.call(ann, "project.get", { id: ids.bobProject }));
    expect(unreadable).toEqual(nowhere);
    expect((await clubhouse.as(ann).find(project)).data.map(({ id }) => id)).toEqual([ids.annProject]);
    expect((await clubhouse.as(bob).find(project)).data.map(({ id }) => id)).toEqual([ids.bobProject]);
    expect((await clubhouse.as(staff).find(project)).data).toHaveLength(2);
    expect((await clubhouse.as(ann).find(project, { filter: { title: "Bob's" } })).data).toEqual([]);
  });

  test("fields: neither selected nor filtered nor sorted by, with the same words as for a field that is not there", async () => {
    for (const [hidden, absent] of [
      ["remark", "absent"],
      ["secret", "absent"],
    ] as const) {
      for (const ask of [
        (name: string) => ({ fields: [name] }),
        (name: string) => ({ filter: { [name]: "quick" } }),
        (name: string) => ({ filter: { [name]: { isNull: true } } }),
        (name: string) => ({ sort: name }),
        (name: string) => ({ expand: [name] }),
      ]) {
        const answer = alike(await list(ann, "member", ask(hidden)), hidden);
        expect(answer).toBe(alike(await list(ann, "member", ask(absent)), absent));
        expect(answer).not.toContain("remark");
      }
    }
    expect((await list(staff, "member", { fields: ["remark"], sort: "remark" })).ok).toBe(true);
    expect(alike(await list(staff, "member", { fields: ["secret"] }), "secret")).toBe(
      alike(await list(staff, "member", { fields: ["absent"] }), "absent"),
    );
  });

  test("fields behind a reference", async () => {
    const answer = alike(await list(ann, "project", { filter: { "owner.remark": "slow" } }), "remark");
    expect(answer).toBe(alike(await list(ann, "project", { filter: { "owner.absent": "slow" } }), "absent"));
    expect((await list(staff, "project", { filter: { "owner.remark": "slow" } })).ok).toBe(true);
  });

  test("values that a rule hides in some rows: not found, not ordered by, not shown", async () => {
    const db = clubhouse.as(ann);
    expect((await db.find(member, { filter: { email: "bob@example.org" } })).data).toEqual([]);
    expect(
      (await db.find(member, { filter: { email: { contains: "example" } } })).data.map(({ id }) => id),
    ).toEqual([ids.ann]);
    expect((await db.find(member, { filter: { not: { email: "bob@example.org" } } })).data).toHaveLength(2);
    expect((await db.find(member, { filter: { email: { isNull: true } } })).data.map(({ id }) => id)).toEqual(
      [ids.bob],
    );
    // Missing values are the greatest, so Bob is last although his address would be first with `-email` for staff.
    const order = async (caller: Caller, sort: string) =>
      (await clubhouse.as(caller).find(member, { sort })).data.map(({ name }) => name);
    expect(await order(ann, "email")).toEqual(["Ann", "Bob"]);
    expect(await order(ann, "-email")).toEqual(["Bob", "Ann"]);
    expect(await order(bob, "email")).toEqual(["Bob"]);
    expect((await db.get(member, ids.bob)).email).toBeNull();
  });

  test("resources", async () => {
    expect((await rejection(clubhouse.as(ann).find(vault))).code).toBe("forbidden");
    expect((await rejection(clubhouse.as(staff).find(vault))).code).toBe("forbidden");
    expect((await clubhouse.trusted().find(vault)).data).toHaveLength(1);
    expect(clubhouse.model.operations.has("vault.list")).toBe(false);
  });

  test("a handler may name every field, and what its caller may not read counts as missing", async () => {
    const db = clubhouse.trusted(ann);
    expect((await db.find(member, { filter: { remark: "slow" } })).data).toEqual([]);
    expect((await db.find(member, { filter: { remark: { isNull: true } } })).data).toHaveLength(2);
    expect((await db.find(member, { filter: { secret: { isNull: false } } })).data).toEqual([]);
    expect((await db.find(project, { filter: { "owner.remark": "quick" } })).data).toEqual([]);
    for (const found of (await db.find(member, { sort: "-remark" })).data)
      expect(found).not.toHaveProperty("remark");
  });

  test("without credentials there is a way in, for who is known there is none", async () => {
    const error = refused(await clubhouse.call(anonymous, "act"));
    expect(error).toMatchObject({
      code: "unauthenticated",
      status: 401,
      headers: { "www-authenticate": "Bearer" },
    });
    expect(refused(await clubhouse.call(ann, "suggestion.list")).code).toBe("forbidden");
    expect((await clubhouse.call(anonymous, "tag.list")).ok).toBe(true);
    expect((await clubhouse.call(anonymous, "member.list")).ok).toBe(true);
  });
});

describe("what a caller brings", () => {
  const note = resource("note", {
    fields: { owner: uuid().optional(), team: text().optional(), text: text() },
    access: {
      read: (row, caller) =>
        or(
          eq(row.owner, caller.id),
          eq(row.team, caller.claim("team")),
          oneOfClaim(row.owner, "shared"),
          oneOfClaim(row.team, "teams"),
        ),
      create: (row, caller) => and(eq(row.owner, caller.id), not(eq(row.team, caller.claim("banned")))),
      update: (row, caller) => ne(row.owner, caller.id),
    },
  });
  const owner = "01900000-0000-7000-8000-00000000000a";
  let store: TestBackend;

  beforeAll(async () => {
    store = await openTestBackend(backend({ name: "notes", resources: [note] }));
    await store.trusted().create(note, { owner, text: "by id" });
    await store.trusted().create(note, { team: "red", text: "by team" });
    await store.trusted().create(note, { text: "nobody's" });
  });
  afterAll(() => store?.close());

  const seen = async (caller: Caller): Promise<readonly string[] | string> =>
    store
      .as(caller)
      .find(note)
      .then(
        ({ data }) => data.map((row) => row.text).toSorted(),
        (error: KeelsonError) => error.code,
      );

  test("is compared as the column is: an id that is no UUID is nobody's", async () => {
    expect(await seen(user(owner))).toEqual(["by id"]);
    for (const id of [
      "auth0|12345",
      "",
      "' or true --",
      owner.slice(1),
      "\0",
      "\ud800",
      "null",
      "x".repeat(100_000),
    ])
      expect(await seen(user(id))).toEqual([]);
  });

  test("claims count when they are texts, and lists item by item", async () => {
    expect(await seen(user("x", [], { team: "red" }))).toEqual(["by team"]);
    for (const team of [1, true, null, {}, ["red"], undefined, "\0red", "Red"])
      expect(await seen(user("x", [], { team }))).toEqual([]);
    expect(await seen(user("x", [], { teams: ["blue", "red", 5, null, "\0"] }))).toEqual(["by team"]);
    expect(await seen(user("x", [], { shared: ["no uuid", owner, {}] }))).toEqual(["by id"]);
    for (const list of ["red", { 0: "red" }, null, 7, []])
      expect(await seen(user("x", [], { teams: list, shared: list }))).toEqual([]);
  });

  test("a claim of a name that every object has is not there", async () => {
    expect(await seen(user("x", [], JSON.parse('{"__proto__": {"team": "red"}}')))).toEqual([]);
    expect(await seen(user("x", ["constructor", "__proto__"]))).toEqual([]);
  });

  test("without any, nothing is theirs", async () => {
    expect(await seen(anonymous)).toBe("unauthenticated");
  });

  test("what is missing neither equals nor differs", async () => {
    const id = (await store.trusted().find(note, { filter: { text: "by id" } })).data[0]?.id as string;
    const change = (caller: Caller) => store.call(caller, "note.update", { id, input: { text: "by id" } });
    expect(refused(await change(user("not-a-uuid", [], { shared: [owner] }))).code).toBe("forbidden");
    expect((await change(user("01900000-0000-7000-8000-00000000000b", [], { shared: [owner] }))).ok).toBe(
      true,
    );
    const create = (claims: object, team: string) =>
      store.call(user(owner, [], { ...claims }), "note.create", { input: { owner, team, text: "new" } });
    expect(refused(await create({ banned: "red" }, "red")).code).toBe("forbidden");
    expect((await create({ banned: 5 }, "red")).ok).toBe(true);
  });
});
