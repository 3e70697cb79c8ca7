import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "../../../src/base/caller.ts";
import type { Outcome } from "../../../src/operation/outcome.ts";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import type { HttpServer } from "../../../src/transport/http/http-server.ts";
import { note, project, tag } from "../club/club-model.ts";
import { ann, bob, type Clubhouse, openClubhouse, type People, staff } from "../club/clubhouse.ts";
import { refused, rejection } from "../club/outcomes.ts";

let clubhouse: Clubhouse;
let server: HttpServer;
let ids: People;

beforeAll(async () => {
  clubhouse = await openClubhouse();
  const { model, app } = clubhouse;
  server = createHttpServer({ model, run: app.run, observe: app.observe });
});
afterAll(() => clubhouse?.close());
beforeEach(async () => {
  ids = await clubhouse.begin();
});

type Headers = Readonly<Record<string, string>>;

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON came; the tests say what it should be
type Body = any;

async function post(body: unknown, query = "", headers: Headers = {}, path = "notes") {
  const answer = await server.inject({
    method: "POST",
    url: `/v1/${path}/batch${query}`,
    headers: { "content-type": "application/json", ...headers },
    payload: JSON.stringify(body),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.body,
    json: JSON.parse(answer.body) as Body,
  };
}

const send = (items: unknown, query?: string, headers?: Headers) => post({ items }, query, headers);
const create = (slug: unknown, more: object = {}) => ({ operation: "create", data: { slug, ...more } });
const batch = (caller: Caller, name: string, items: readonly unknown[], atomic = true): Promise<Outcome> =>
  clubhouse.call(caller, `${name}.batch`, { input: { items }, atomic });
const stored = async () => (await clubhouse.trusted().find(note, { sort: "slug", limit: 200 })).data;
const slugs = async () => (await stored()).map(({ slug }) => slug);
const itemsOf = (outcome: Outcome) => {
  if (!outcome.ok) throw outcome.error;
  if (outcome.kind !== "batch") throw new Error(outcome.kind);
  return outcome.items;
};
const codesOf = (outcome: Outcome) => itemsOf(outcome).map((item) => (item.ok ? item.kind : item.error.code));
const notesOf = (...names: string[]) =>
  Promise.all(names.map(async (slug) => (await clubhouse.trusted().create(note, { slug })).id));

describe("all or nothing", () => {
  test("answers what single requests would, item by item", async () => {
    const [one = "", two = ""] = await notesOf("one", "two");
    const answer = await send([
      create("three", { body: "x" }),
      { operation: "update", id: one.toUpperCase(), ifMatch: '"1"', data: { body: "y" } },
      { operation: "delete", id: two, ifMatch: 1 },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("private, no-cache");
    const [made, changed, gone] = answer.json.items;
    expect(made).toMatchObject({ status: 201, etag: '"1"', data: { slug: "three", body: "x", version: 1 } });
    expect(made.data.id).toBe(made.id);
    expect(changed).toEqual({
      status: 200,
      id: one,
      etag: '"2"',
      data: expect.objectContaining({ slug: "one", body: "y", version: 2 }),
    });
    expect(gone).toEqual({ status: 204, id: two });
    expect(await slugs()).toEqual(["one", "three"]);
    const { rows } = await clubhouse.database.pool.query("select 1 from notes where deleted_at is not null");
    expect(rows).toHaveLength(1);
  });

  test("one that fails undoes all, and the error says which", async () => {
    await notesOf("taken");
    const answer = await send([create("a"), create("taken"), create("b")]);
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({
      code: "unique_violation",
      errors: [{ pointer: "#/items/1/data/slug", code: "unique" }],
    });
    expect(await slugs()).toEqual(["taken"]);
    const missing = await send([create("a"), { operation: "delete", id: randomUUID() }]);
    expect(missing.status).toBe(404);
    expect(missing.json.errors).toEqual([{ pointer: "#/items/1", code: "not_found", detail: "Not found." }]);
    expect(await slugs()).toEqual(["taken"]);
  });

  test("everything that is not valid is told at once", async () => {
    const [id] = await notesOf("n");
    const answer = await send([
      create(1),
      { operation: "create", data: { slug: "x", lsug: 1 }, id: "x" },
      { operation: "update", id, data: { body: 2 } },
      { operation: "update", ifMatch: "W/1", data: {} },
      { operation: "remove", id },
      { id },
      "item",
      { operation: "delete", id: 7 },
      { operation: "update", id: randomUUID() },
    ]);
    expect(answer.status).toBe(422);
    const found = answer.json.errors.map(({ pointer, code }: Body) => `${pointer} ${code}`);
    expect(found).toEqual([
      "#/items/0/data/slug type",
      "#/items/1/id unknown",
      "#/items/1/data/lsug unknown",
      "#/items/2/data/body type",
      "#/items/3/id required",
      "#/items/3/ifMatch type",
      "#/items/4/operation enum",
      "#/items/5/operation required",
      "#/items/6 type",
      "#/items/7/id type",
      "#/items/8/data required",
    ]);
    expect(await slugs()).toEqual(["n"]);
  });

  test("the first failing item decides, whatever was found out first", async () => {
    await notesOf("taken");
    const items = [create("a"), create("taken"), { operation: "delete", id: randomUUID() }];
    expect((await send(items)).json.code).toBe("unique_violation");
    expect((await send(items.toReversed())).json.code).toBe("not_found");
  });
});

describe("each for itself", () => {
  test("is 207 with what became of each, in order", async () => {
    const [one] = await notesOf("one");
    const answer = await send(
      [
        create("one"),
        create("two"),
        create(3),
        { operation: "update", id: one, ifMatch: 9, data: { body: "x" } },
        { operation: "delete", id: "nonsense" },
        "item",
      ],
      "?atomic=false",
    );
    expect(answer.status).toBe(207);
    const told = answer.json.items.map(({ status, id, problem }: Body) => [status, id, problem?.code]);
    expect(told).toEqual([
      [409, undefined, "unique_violation"],
      [201, expect.any(String), undefined],
      [422, undefined, "validation_failed"],
      [412, one, "precondition_failed"],
      [404, "nonsense", "not_found"],
      [422, undefined, "validation_failed"],
    ]);
    const { problem } = answer.json.items[0];
    expect(problem).toMatchObject({ status: 409, title: expect.any(String), requestId: expect.any(String) });
    expect(problem.errors[0].pointer).toBe("#/items/0/data/slug");
    expect(await slugs()).toEqual(["one", "two"]);
  });

  test("is 207 when all went well, and when nothing did", async () => {
    expect((await send([create("a")], "?atomic=false")).status).toBe(207);
    const answer = await send([create("a"), create("a")], "?atomic=false");
    expect(answer.status).toBe(207);
    expect(answer.json.items.map(({ status }: Body) => status)).toEqual([409, 409]);
  });
});

describe("is refused as a whole", () => {
  test.each([
    ["what is no object", [], "#", "type"],
    ["items that are no list", { items: {} }, "#/items", "type"],
    ["no items", {}, "#/items", "required"],
    ["an empty list", { items: [] }, "#/items", "minItems"],
    ["more than a batch may have", { items: Array(101).fill(create("x")) }, "#/items", "maxItems"],
    ["a member that is none", { items: [create("x")], atomc: true }, "#/atomc", "unknown"],
  ])("%s", async (_what, body, pointer, code) => {
    for (const query of ["", "?atomic=false"]) {
      const answer = await post(body, query);
      expect(answer.status).toBe(422);
      expect(answer.json.errors).toEqual([{ pointer, code, detail: expect.any(String) }]);
    }
    expect(await slugs()).toEqual([]);
  });

  test("one record twice, however its id is written", async () => {
    const [id = ""] = await notesOf("n");
    const item = { operation: "update", data: { body: "x" } };
    const items = [{ ...item, id }, create("y"), { ...item, id: id.toUpperCase() }];
    const answer = await send(items, "?atomic=false");
    expect(answer.status).toBe(422);
    expect(answer.json.errors).toMatchObject([{ pointer: "#/items/2/id", code: "duplicate" }]);
    expect(await slugs()).toEqual(["n"]);
  });

  test("parameters and header fields that say nothing here", async () => {
    const items = [create("a")];
    for (const query of ["?atomic=maybe", "?atomic=true&atomic=true", "?atomc=false", "?limit=1"])
      expect((await send(items, query)).status).toBe(400);
    expect((await send(items, "", { "if-match": '"1"' })).status).toBe(412);
    expect(await slugs()).toEqual([]);
  });

  test("what is not offered one by one", async () => {
    expect(clubhouse.model.operations.has("tag.batch")).toBe(false);
    expect((await post({ items: [create("a")] }, "", {}, "tags")).status).toBe(405);
    const { errors } = refused(await batch(ann, "task", [{ operation: "delete", id: randomUUID() }]));
    expect(errors).toMatchObject([
      { pointer: "#/items/0/operation", detail: 'must be one of "create", "update".' },
    ]);
  });
});

describe("the answer", () => {
  test("has no records with Prefer: return=minimal, and those parts that are asked for", async () => {
    const minimal = await send([create("a")], "", { prefer: "return=minimal" });
    expect(minimal.headers["preference-applied"]).toBe("return=minimal");
    expect(minimal.json.items).toEqual([{ status: 201, id: expect.any(String), etag: '"1"' }]);
    const some = await send([create("b")], "?fields=slug&atomic=false");
    expect(some.json.items[0].data).toEqual({ slug: "b" });
    const expanded = await send([create("c")], "?expand=replies");
    expect(expanded.json.items[0]).toMatchObject({
      etag: expect.stringMatching(/^"1-/),
      data: { replies: { data: [] } },
    });
  });

  test("of what may be written and not read is the id alone", async () => {
    const [item] = itemsOf(await batch(ann, "suggestion", [{ operation: "create", data: { text: "Tea" } }]));
    expect(item?.ok && JSON.parse(item.json ?? "")).toEqual({ id: item?.id });
  });
});

describe("rules", () => {
  const join = (account: string, more: object = {}) => ({
    operation: "create",
    data: { name: account, account, email: `${randomUUID()}@example.org`, ...more },
  });

  test("of rows and fields are asked for every item", async () => {
    const items = [
      join("ann"),
      join("bob"),
      join("ann", { tier: "gold" }),
      { operation: "update", id: ids.ann, data: { account: "bob" } },
      { operation: "update", id: ids.bob, data: { name: "B" } },
    ];
    expect(codesOf(await batch(ann, "member", items, false))).toEqual([
      "create",
      "forbidden",
      "forbidden",
      "forbidden",
      "not_found",
    ]);
    const others = [join("bob"), join("ann", { tier: "gold" })];
    expect(codesOf(await batch(staff, "member", others))).toEqual(["create", "create"]);
    const refusedItems = [join("ann"), ...items.slice(1)];
    const error = await clubhouse.refusedWithoutTrace(() => batch(ann, "member", refusedItems));
    expect(error).toMatchObject({ code: "forbidden", errors: [{ pointer: "#/items/1" }] });
  });

  test("of references too", async () => {
    const make = (owner: string, title: string) => ({ operation: "create", data: { owner, title } });
    const outcome = await batch(ann, "project", [make(ids.ann, "A"), make(randomUUID(), "B")], false);
    const [, lost] = itemsOf(outcome);
    expect(lost).toMatchObject({
      ok: false,
      error: { errors: [{ pointer: "#/items/1/data/owner", code: "reference_not_found" }] },
    });
  });
});

describe("a key", () => {
  let key = "";
  let keyed: Headers = {};
  beforeEach(() => {
    key = randomUUID();
    keyed = { "idempotency-key": `"${key}"` };
  });

  test("answers the same bytes again, problems and all", async () => {
    const items = [create("a"), create("a")];
    const first = await send(items, "?atomic=false", keyed);
    const again = await send(items, "?atomic=false", keyed);
    expect(again.text).toBe(first.text);
    expect(again.status).toBe(207);
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(await slugs()).toEqual(["a"]);
    expect((await send(items, "", keyed)).json.code).toBe("idempotency_key_reused");
  });

  test("is not used up by a batch that was undone", async () => {
    const [taken = ""] = await notesOf("taken");
    const items = [create("b"), create("taken")];
    expect((await send(items, "", keyed)).status).toBe(409);
    await clubhouse.as(ann).delete(note, taken);
    const done = await send(items, "", keyed);
    expect(done.status).toBe(200);
    expect((await send(items, "", keyed)).text).toBe(done.text);
    expect(await slugs()).toEqual(["b", "taken"]);
  });

  test("has one effect, however many come at once", async () => {
    const answers = await Promise.all([1, 2, 3].map(() => send([create("c")], "", keyed)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await slugs()).toEqual(["c"]);
  });

  test("tells nobody again what they may not read any more", async () => {
    const items = [{ operation: "create", data: { owner: ids.ann, title: "Mine" } }];
    const call = () =>
      clubhouse.call(ann, "project.batch", { input: { items }, atomic: true, idempotencyKey: key });
    const [first] = itemsOf(await call());
    await clubhouse.trusted().update(project, first?.id ?? "", { owner: ids.bob });
    const [again] = itemsOf(await call());
    expect(again?.ok && JSON.parse(again.json ?? "")).toEqual({ id: first?.id });
  });
});

describe("costs", () => {
  const statementsOf = async (work: () => Promise<unknown>) => {
    clubhouse.observed.length = 0;
    await work();
    return clubhouse.observations("call.ended").map(({ statements }) => statements);
  };

  test("few statements, however many items there are", async () => {
    const rows = Array.from({ length: 100 }, (_row, at) => create(`s${at}`));
    expect(await statementsOf(() => send(rows))).toEqual([1]);
    const data = await stored();
    const changes = data.map(({ id }) => ({ operation: "update", id, data: { project: null } }));
    expect(await statementsOf(() => send(changes, "?atomic=false"))).toEqual([1]);
    const mixed = data.map(({ id }, at) =>
      at % 2 === 0 ? { operation: "delete", id } : { operation: "update", id, data: { project: null } },
    );
    // One locks all of them in order, and one for each kind.
    expect(await statementsOf(() => send(mixed))).toEqual([3]);
    expect(await slugs()).toHaveLength(50);
  });

  test("batches that meet on the same records wait for each other in one order", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const known = await notesOf(...names);
    const items = known.map((id, at) => ({ operation: "update", id, data: { body: `${at}` } }));
    const mixed = items.map((item, at) => (at % 2 === 0 ? item : { ...item, data: { project: null } }));
    clubhouse.observed.length = 0;
    const all = [items, items.toReversed(), mixed, mixed.toReversed()];
    const outcomes = await Promise.all(all.map((each) => batch(ann, "note", each)));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(clubhouse.observations("transaction.retried")).toEqual([]);
    expect((await stored()).map(({ version }) => version)).toEqual(names.map(() => 5));
  });
});

describe("in a handler", () => {
  test("is part of its transaction", async () => {
    const error = refused(
      await clubhouse.run(async ({ db }) => {
        const all = db.asSystem("test");
        const [made] = await all.batch(note, [{ operation: "create", data: { slug: "h" } }]);
        expect(made).toMatchObject({ ok: true, status: 201, data: { slug: "h" } });
        const results = await all.batch(
          note,
          [
            { operation: "update", id: made?.id ?? "", data: { body: "x" }, version: 1 },
            { operation: "update", id: randomUUID(), data: { body: "x" } },
          ],
          { atomic: false },
        );
        expect(results.map(({ ok, status }) => [ok, status])).toEqual([
          [true, 200],
          [false, 404],
        ]);
        throw new Error("undone");
      }),
    );
    expect(error.code).toBe("internal");
    expect(await slugs()).toEqual([]);
  });

  test("a failure can be caught, and the rest goes on", async () => {
    await clubhouse.run(async ({ db }) => {
      const doomed = db.asSystem("test").batch(note, [
        { operation: "create", data: { slug: "x" } },
        { operation: "create", data: { slug: "x" } },
      ]);
      expect((await rejection(doomed)).code).toBe("unique_violation");
      await db.create(note, { slug: "kept" });
    });
    expect(await slugs()).toEqual(["kept"]);
  });

  test("links and merged values come along", async () => {
    const { id: tagId } = await clubhouse.trusted().create(tag, { label: "l" });
    const outcome = await batch(ann, "project", [
      { operation: "update", id: ids.annProject, data: { settings: { motto: "m" } } },
      { operation: "create", data: { owner: ids.ann, title: "T", tags: [tagId] } },
    ]);
    expect(codesOf(outcome)).toEqual(["update", "create"]);
    const { rows } = await clubhouse.database.pool.query("select * from projects_tags");
    expect(rows).toHaveLength(1);
    expect((await clubhouse.as(ann).get(project, ids.annProject)).settings).toMatchObject({ motto: "m" });
    const broken = await batch(bob, "project", [
      { operation: "update", id: ids.bobProject, data: { meta: { note: "no rank" } } },
    ]);
    expect(refused(broken).errors).toMatchObject([{ pointer: "#/items/0/data/meta/rank" }]);
  });
});
