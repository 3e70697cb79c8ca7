import { backend, boolean, command, eq, integer, or, resource, text } from "../../../src/index.ts";

/** A ticket that its owner sees, and everyone once it is public; its remark is for staff. */
export const ticket = resource("ticket", {
  fields: {
    owner: text({ max: 100 }),
    title: text({ max: 200 }),
    code: text({ max: 50 }).optional().unique(),
    remark: text({ max: 200 }).default(""),
    closed: boolean().default(false),
    count: integer().default(0),
  },
  access: {
    read: (row, caller) => or(eq(row.owner, caller.id), caller.is("staff")),
    create: (row, caller) => or(eq(row.owner, caller.id), eq(row.owner, "everyone")),
    update: (row, caller) => or(eq(row.owner, caller.id), caller.is("staff")),
    delete: (row, caller) => eq(row.owner, caller.id),
    fields: { remark: { read: (_row, caller) => caller.is("staff") } },
  },
});

/** What a test puts into the handlers: what happens while a command runs. */
export const hooks: { during: () => Promise<void> } = { during: async () => {} };

const closeTicket = command(ticket, "close", {
  output: ticket,
  errors: { alreadyClosed: { status: 409, title: "The ticket is closed" } },
  access: (row, caller) => eq(row.owner, caller.id),
  async run({ row, db, fail }) {
    await db.update(ticket, row.id, { count: row.count + 1 });
    await hooks.during();
    if (row.closed) fail("alreadyClosed", { detail: `After ${row.count}.`, members: { count: row.count } });
    return db.update(ticket, row.id, { closed: true });
  },
});

const countTicket = command(ticket, "count", {
  output: { count: integer(), seen: text() },
  access: (row, caller) => eq(row.owner, caller.id),
  async run({ row, db, now }) {
    const { count } = await db.asSystem("count").update(ticket, row.id, { count: row.count + 1 });
    return { count, seen: now() };
  },
});

const exportTickets = command(ticket, "export", {
  input: { copies: integer({ min: 1 }) },
  output: { text: text() },
  access: (row, caller) => eq(row.owner, caller.id),
  async run({ row, input, db }) {
    await db.update(ticket, row.id, { count: row.count + 1 });
    return { text: row.title.repeat(input.copies) };
  },
});

const giveTicket = command(ticket, "give", {
  input: { to: text() },
  access: (row, caller) => eq(row.owner, caller.id),
  async run({ row, input, db }) {
    await db.asSystem("give").update(ticket, row.id, { owner: input.to });
  },
});

const issueTickets = command(ticket, "issue", {
  on: "collection",
  idempotency: "required",
  input: { titles: integer({ min: 1, max: 10 }) },
  output: { issued: integer() },
  access: (caller) => caller.is("staff"),
  async run({ input, caller, db }) {
    const owner = caller.id ?? "";
    for (let n = 0; n < input.titles; n += 1) await db.create(ticket, { owner, title: `Issued ${n}` });
    return { issued: input.titles };
  },
});

export const tickets = backend({
  name: "tickets",
  resources: [ticket],
  commands: [closeTicket, countTicket, exportTickets, giveTicket, issueTickets],
});
