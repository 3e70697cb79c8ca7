import { expectTypeOf } from "vitest";
import type { RowOf } from "../../src/index.ts";
import { testBackend } from "../../src/testing/index.ts";
import { desk, type ticket } from "../testing/desk.ts";

const t = await testBackend(desk);
type Ticket = RowOf<typeof ticket>;

// Roles are those that the back end declares.
const ann = t.as({ id: "ann", roles: ["clerk"] });
// @ts-expect-error: no such role
t.as({ id: "ann", roles: ["boss"] });

// Operations have the types of their declarations.
expectTypeOf(await ann.ticket.get("")).toEqualTypeOf<Ticket>();
expectTypeOf((await ann.ticket.list()).data).toEqualTypeOf<readonly Ticket[]>();
expectTypeOf((await ann.ticket.get("", { fields: ["points"] })).points).toEqualTypeOf<number>();
expectTypeOf((await ann.ticket.get("", { expand: ["author"] })).author?.name).toEqualTypeOf<
  string | undefined
>();
expectTypeOf(await ann.today()).toEqualTypeOf<{ readonly at: string } & {}>();
expectTypeOf(await ann.ticket.close("", { reason: "done" })).toEqualTypeOf<Ticket>();
// @ts-expect-error: only handlers close tickets
await ann.ticket.create({ author: "", subject: "", place: { room: "" }, closed: true });
// @ts-expect-error: people cannot be deleted
ann.person.delete;
// @ts-expect-error: not a filter
ann.ticket.list({ filter: { subject: "x" } });
// @ts-expect-error: no relation
ann.ticket.get("", { expand: ["owner"] });

// Factories take any field, and records in place of ids.
const author = await t.make.person({ name: "Ann" });
expectTypeOf(await t.make.ticket({ author, closed: true })).toEqualTypeOf<Ticket>();
expectTypeOf(await t.make.ticket.many(2, (at) => ({ points: at }))).toEqualTypeOf<readonly Ticket[]>();
// @ts-expect-error: a number
await t.make.ticket({ points: "1" });
// @ts-expect-error: no such resource
void t.make.invoice;

// Tables and columns go by their declared names.
const rows = await t.db.selectFrom("ticket").select(["authorId", "points"]).execute();
expectTypeOf(rows).toEqualTypeOf<{ authorId: string; points: number }[]>();
// @ts-expect-error: no such table
t.db.selectFrom("invoice");

// Requests are sent by callers, as they are named or as they call.
expectTypeOf(await t.api.get("/v1/tickets", { as: ann })).toEqualTypeOf<Response>();
await t.api.post("/v1/tickets", { as: { id: "ann", roles: ["visitor"] }, json: {} });
expectTypeOf(t.observations("system.access")[0]?.reason).toEqualTypeOf<string | undefined>();
