import { describe, expect, it } from "vitest";
import { createClient } from "../../src/client/index.ts";
import { testBackend } from "../../src/testing/index.ts";
import { desk } from "./desk.ts";

const t = await testBackend(desk);
const ann = t.as({ id: "ann", roles: ["visitor"] });

/** Ann, with a ticket of hers. */
async function begin() {
  await t.reset();
  const author = await t.make.person({ account: "ann" });
  return { author, ticket: await t.make.ticket({ author, subject: "Lost key" }) };
}

describe("callers", () => {
  it("call every kind of operation, as the rules let them", async () => {
    const { author, ticket } = await begin();
    const place = { room: "1" };
    const made = await ann.ticket.create(
      { author: author.id, subject: "Broken lamp", points: 3, place },
      { expand: ["author"] },
    );
    expect(made).toMatchObject({ points: 3, closed: false, author: { name: author.name } });
    expect(await ann.ticket.get(ticket.id, { fields: ["subject"] })).toEqual({ subject: "Lost key" });
    expect(await ann.ticket.update(ticket.id, { points: 2 }, { ifMatch: 1 })).toMatchObject({ version: 2 });
    await expect(ann.ticket.update(ticket.id, { points: 3 }, { ifMatch: 1 })).rejects.toMatchObject({
      code: "precondition_failed",
    });
    expect(await ann.ticket.close(ticket.id, {}, { expand: ["author"] })).toMatchObject({
      closed: true,
      author: { id: author.id },
    });
    await expect(ann.ticket.close(ticket.id)).rejects.toMatchObject({ code: "closed_before", status: 409 });
    await expect(ann.ticket.delete(ticket.id)).rejects.toMatchObject({ code: "forbidden" });
    await t.as({ id: "ann", roles: ["clerk"] }).ticket.delete(ticket.id);
    await expect(ann.ticket.get(ticket.id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("list by page and to the end", async () => {
    const { author } = await begin();
    await t.make.ticket.many(6, (at) => ({ author, points: 1 + (at % 5) }));
    const page = await ann.ticket.list({ filter: { points: { gte: 2 } }, sort: ["-points"], limit: 2 });
    expect(page.data.map(({ points }) => points)).toEqual([5, 4]);
    expect(page.nextCursor).not.toBeNull();
    expect(await ann.ticket.list({ limit: 2 }).all()).toHaveLength(7);
  });

  it("are refused what they may not see or do, as at any door", async () => {
    const { ticket } = await begin();
    await expect(t.as({ id: "bob" }).ticket.get(ticket.id)).rejects.toMatchObject({ code: "not_found" });
    await expect(t.anonymous.ticket.delete(ticket.id)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(
      ann.ticket.create({ author: ticket.author, subject: "no", place: { room: "1" } }),
    ).rejects.toMatchObject({ code: "validation_failed", errors: [{ pointer: "#/subject" }] });
    expect(() => t.as({ id: "" })).toThrow(/t\.anonymous/);
  });

  it("are aborted by their signal", async () => {
    const { ticket } = await begin();
    const signal = AbortSignal.abort();
    await expect(ann.ticket.get(ticket.id, { signal })).rejects.toMatchObject({ code: "deadline_exceeded" });
  });
});

describe("the system", () => {
  it("reads past the rules, and says why", async () => {
    const { ticket } = await begin();
    expect(await t.asSystem("looking after").ticket.get(ticket.id)).toMatchObject({ id: ticket.id });
    expect(t.observations("system.access")).toMatchObject([{ reason: "looking after" }]);
  });

  it("is observed where handlers use it, and factories are not", async () => {
    const { ticket } = await begin();
    expect(t.observations()).toEqual([]);
    await ann.ticket.close(ticket.id);
    expect(t.observations("system.access").map(({ reason }) => reason)).toContain(
      "authors close their tickets",
    );
    expect(t.observations("call.ended").at(-1)).toMatchObject({ operation: "ticket.close", callerId: "ann" });
  });
});

describe("the API", () => {
  it("is served over HTTP, to callers with a token", async () => {
    const { author, ticket } = await begin();
    const json = { author: author.id, subject: "By post", place: { room: "2" } };
    const posted = await t.api.post("/v1/tickets", { as: ann, json });
    expect(posted.status).toBe(201);
    expect(posted.headers.get("etag")).toBe('"1"');
    const patched = await t.api.patch(`/v1/tickets/${ticket.id}`, { as: { id: "ann" }, json: { points: 4 } });
    expect(await patched.json()).toMatchObject({ points: 4 });
    const query = { as: ann, json: { filter: { points: 4 } } };
    expect(await (await t.api.query("/v1/tickets", query)).json()).toMatchObject({
      data: [{ id: ticket.id }],
    });
    expect((await t.api.get("/v1/tickets")).status).toBe(401);
    expect((await t.api.fetch("/v1/tickets", { method: "PUT", as: ann })).status).toBe(405);
    await expect(t.api.get("/v1/tickets", { as: t.asSystem("no") })).rejects.toThrow(
      /no token for the system/,
    );
  });

  it("is there for a client", async () => {
    const { ticket } = await begin();
    const client = createClient<typeof desk>({ baseUrl: await t.api.url(), token: await t.api.token(ann) });
    expect(await client.ticket.get(ticket.id)).toMatchObject({ subject: "Lost key" });
  });
});

describe("the clock", () => {
  it("stands where it is set, for handlers, rows and tokens", async () => {
    const { author, ticket } = await begin();
    t.clock.set("2031-05-01T10:00:00Z");
    expect(await ann.today()).toEqual({ at: "2031-05-01T10:00:00.000Z" });
    const token = await t.api.token(ann);
    const authorization = { authorization: `Bearer ${token}` };
    expect((await t.api.get("/v1/tickets", { headers: authorization })).status).toBe(200);
    t.clock.advance({ minutes: 30, hours: 1 });
    expect(t.clock.now()).toBe("2031-05-01T11:30:00.000Z");
    expect((await t.api.get("/v1/tickets", { headers: authorization })).status).toBe(401);
    expect(await t.make.ticket({ author })).toMatchObject({ createdAt: "2031-05-01T11:30:00Z" });
    expect(await ann.ticket.update(ticket.id, { points: 2 })).toMatchObject({
      updatedAt: "2031-05-01T11:30:00Z",
    });
  });

  it("runs ahead when it was advanced without being set, and is put right by a reset", async () => {
    const { author } = await begin();
    t.clock.advance({ days: 400 });
    const { createdAt } = await t.make.ticket({ author });
    expect(Date.parse(createdAt)).toBeGreaterThan(Date.now() + 399 * 86_400_000);
    await begin();
    expect(Math.abs(Date.parse(t.clock.now()) - Date.now())).toBeLessThan(86_400_000);
    expect(() => t.clock.set("yesterday")).toThrow(RangeError);
  });
});

describe("the database", () => {
  it("shows the rows themselves", async () => {
    const { author, ticket } = await begin();
    const rows = await t.db
      .selectFrom("ticket")
      .innerJoin("person", "person.id", "ticket.authorId")
      .select(["ticket.subject", "person.account"])
      .execute();
    expect(rows).toEqual([{ subject: "Lost key", account: "ann" }]);
    await t.db.updateTable("ticket").set({ closed: true }).where("id", "=", ticket.id).execute();
    expect(await ann.ticket.get(ticket.id)).toMatchObject({ closed: true, author: author.id });
  });

  it("is another one for every back end under test", async () => {
    await begin();
    await using other = await testBackend(desk);
    expect(other.databaseUrl).not.toBe(t.databaseUrl);
    expect(await other.db.selectFrom("ticket").selectAll().execute()).toEqual([]);
  });
});
