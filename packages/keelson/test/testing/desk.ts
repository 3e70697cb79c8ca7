import {
  backend,
  boolean,
  command,
  date,
  eq,
  everyone,
  integer,
  manyToMany,
  object,
  query,
  reference,
  resource,
  text,
  timestamp,
} from "../../src/index.ts";

const person = resource("person", {
  fields: { account: text({ max: 40 }).unique(), name: text({ max: 40 }), since: date().optional() },
  access: { read: everyone, create: (row, caller) => eq(row.account, caller.id) },
});

const label = resource("label", {
  fields: { word: text({ pattern: "[a-z]{2,8}" }).unique() },
  access: { read: everyone },
});

/** Something to be answered. */
export const ticket = resource("ticket", {
  fields: {
    author: reference(() => person),
    subject: text({ min: 3, max: 80 }),
    points: integer({ min: 1, max: 5 }).default(1),
    closed: boolean().default(false).readOnly(),
    due: timestamp().optional(),
    place: object({ room: text({ max: 10 }), seat: integer().optional() }),
    labels: manyToMany(() => label),
  },
  access: {
    read: (row, caller) => eq(row.author.account, caller.id),
    create: (row, caller) => eq(row.author.account, caller.id),
    update: (row, caller) => eq(row.author.account, caller.id),
    delete: (_row, caller) => caller.is("clerk"),
  },
  list: { filter: ["points", "closed"], sort: ["points"] },
});

/** What the handlers of `stall` and `ask` do: each test says. `look` reads something, and so begins the transaction. */
export const script: { run(look: () => Promise<unknown>): unknown } = { run: () => undefined };

const close = command(ticket, "close", {
  input: { reason: text({ max: 100 }).optional() },
  output: ticket,
  errors: { closedBefore: { status: 409, title: "It was closed before" } },
  access: (row, caller) => eq(row.author.account, caller.id),
  run: ({ row, db, fail }) => {
    if (row.closed) fail("closedBefore");
    return db.asSystem("authors close their tickets").update(ticket, row.id, { closed: true });
  },
});

const stall = command("stall", {
  access: everyone,
  run: async ({ db }) => {
    await script.run(() => db.find(label));
  },
});

const today = query("today", { output: { at: text() }, access: everyone, run: ({ now }) => ({ at: now() }) });

/** Where tickets are answered. */
export const desk = backend({
  name: "desk",
  roles: ["clerk", "visitor"],
  resources: [person, label, ticket],
  commands: [close, stall],
  queries: [today],
  seed: function* ({ id, epoch }) {
    yield { resource: person, rows: [{ id: id(epoch), account: "seeded", name: "Seed" }] };
  },
});
