import {
  and,
  backend,
  boolean,
  choice,
  command,
  date,
  email,
  eq,
  everyone,
  type HandlerContext,
  integer,
  json,
  many,
  manyToMany,
  mixin,
  money,
  object,
  or,
  query,
  reference,
  resource,
  selfReference,
  text,
  timestamp,
} from "../../../src/index.ts";

/** People see themselves and who wants to be seen; staff see all. */
export const member = resource("member", {
  fields: {
    name: text({ max: 100 }),
    account: text({ max: 100 }),
    email: email().unique(),
    listed: boolean().default(false),
    tier: choice("basic", "gold").default("basic"),
    remark: text({ max: 200 }).optional(),
    secret: text({ max: 50 }).optional().writeOnly(),
    projects: many("project", { via: "owner" }),
  },
  access: {
    read: (row, caller) => or(caller.is("staff"), eq(row.listed, true), eq(row.account, caller.id)),
    create: (row, caller) => or(caller.is("staff"), eq(row.account, caller.id)),
    update: (row, caller) => or(caller.is("staff"), eq(row.account, caller.id)),
    delete: (row, caller) => or(caller.is("staff"), eq(row.account, caller.id)),
    fields: {
      remark: { read: (_row, caller) => caller.is("staff"), write: (_row, caller) => caller.is("staff") },
      tier: { write: (_row, caller) => caller.is("staff") },
      // Whose address it is sees it; others see the rest of the record.
      email: { read: (row, caller) => or(caller.is("staff"), eq(row.account, caller.id)) },
    },
  },
  list: { filter: ["name", "email", "tier", "remark"], sort: ["name", "email", "remark"] },
});

export const tag = resource("tag", {
  fields: { label: text({ max: 40 }).unique(), hidden: boolean().default(false) },
  access: { read: (row, caller) => or(caller.is("staff"), eq(row.hidden, false)) },
  list: { filter: ["label"] },
});

/** Belongs to its owner. A sealed one can only be read. */
export const project = resource("project", {
  fields: {
    owner: reference(() => member),
    title: text({ min: 1, max: 100 }),
    parent: selfReference("project", { onDelete: "setNull" }).optional(),
    points: integer({ min: 0, max: 1_000_000 }).default(0),
    budget: money().optional(),
    sealed: boolean().default(false),
    startsAt: timestamp().optional(),
    dueOn: date().optional(),
    settings: object({
      theme: choice("dark", "light").default("light"),
      size: object({ width: integer({ min: 1 }), height: integer({ min: 1 }) }).optional(),
      motto: text({ max: 20 }).optional(),
    }).optional(),
    meta: json({
      type: "object",
      properties: { rank: { type: "integer", maximum: 10 }, note: { type: "string" } },
      required: ["rank"],
      additionalProperties: false,
    }).optional(),
    tags: manyToMany(() => tag),
    reviewers: manyToMany(() => member),
    tasks: many("task", { via: "project", embedLimit: 3 }),
    notes: many("note", { via: "project" }),
  },
  access: {
    read: (row, caller) => or(caller.is("staff"), eq(row.owner.account, caller.id)),
    create: (row, caller) => or(caller.is("staff"), eq(row.owner.account, caller.id)),
    update: (row, caller) =>
      and(or(caller.is("staff"), eq(row.owner.account, caller.id)), eq(row.sealed, false)),
    delete: (row, caller) => and(eq(row.owner.account, caller.id), eq(row.sealed, false)),
    fields: { reviewers: { write: (_row, caller) => caller.is("staff") } },
  },
  indexes: [{ on: ["owner", "title"], unique: true }],
  list: {
    filter: ["title", "owner", "owner.name", "owner.remark", "points", "budget.amount", "startsAt", "dueOn"],
    sort: ["title", "points", "budget.amount", "startsAt", "dueOn", "owner.name", "createdAt"],
  },
});

export const task = resource("task", {
  fields: {
    project: reference(() => project, { onDelete: "cascade" }),
    title: text({ max: 100 }),
    assignee: reference(() => member).optional(),
    done: boolean().default(false),
  },
  access: {
    read: (row, caller) => or(caller.is("staff"), eq(row.project.owner.account, caller.id)),
    create: (row, caller) => or(caller.is("staff"), eq(row.project.owner.account, caller.id)),
    update: (row, caller) => or(caller.is("staff"), eq(row.project.owner.account, caller.id)),
  },
  list: { filter: ["project", "title", "project.title"], sort: ["title"] },
});

const softDeleted = mixin({ fields: {}, softDelete: true });

export const note = resource("note", {
  mixins: [softDeleted],
  fields: {
    slug: text({ max: 40 }).unique(),
    body: text().unique().optional(),
    project: reference(() => project).optional(),
    replies: many("reply", { via: "note" }),
  },
  access: { read: everyone, create: everyone, update: everyone, delete: everyone },
  list: { filter: ["slug"] },
});

export const reply = resource("reply", {
  fields: { note: reference(() => note), text: text() },
  access: { read: everyone, create: everyone },
  list: { filter: ["note.slug", "note"], sort: ["note.slug"] },
});

/** Nobody but the system sees these. */
export const vault = resource("vault", {
  fields: { secret: text(), project: reference(() => project).optional() },
});

/** Everyone may drop one in; only staff read them. */
const suggestion = resource("suggestion", {
  fields: { text: text({ max: 100 }) },
  access: { read: (_row, caller) => caller.is("staff"), create: everyone, update: everyone },
});

type Script = (context: HandlerContext<never, never, "tooMany">) => unknown;

/** What the handlers of the commands do; each test says its own. */
export const script: { run: Script } = { run: () => {} };
const run = ((context: HandlerContext<never, never, "tooMany">) => script.run(context)) as never;

const errors = { tooMany: { status: 409, title: "That is too many" } } as const;

const act = command("act", { access: (caller) => caller.signedIn, errors, run });
const look = query("look", { access: (caller) => caller.signedIn, errors, run });
const report = query("report", {
  access: (caller) => caller.signedIn,
  output: { title: text(), size: object({ width: integer() }).optional(), names: text().optional() },
  run,
});
const actOnProject = command(project, "act", {
  access: (row, caller) =>
    and(or(caller.is("staff"), eq(row.owner.account, caller.id)), eq(row.sealed, false)),
  output: project,
  errors,
  run,
});
const addPoints = command(project, "addPoints", {
  input: { amount: integer() },
  access: (row, caller) => eq(row.owner.account, caller.id),
  output: project,
  run: ({ row, input, db }) => db.update(project, row.id, { points: row.points + input.amount }),
});
const inspectProject = query(project, "inspect", {
  access: (row, caller) => eq(row.owner.account, caller.id),
  output: project,
  run,
});
/** Answers a record that its caller may not read in full, or at all. */
const introduce = command("introduce", {
  access: (caller) => caller.signedIn,
  input: { member: reference(() => member) },
  output: member,
  run: ({ input, db }) => db.asSystem("introduce").update(member, input.member, { name: "Introduced" }),
});

export const club = backend({
  name: "club",
  roles: ["staff"],
  resources: [member, tag, project, task, note, reply, vault, suggestion],
  commands: [act, actOnProject, addPoints, introduce],
  queries: [look, report, inspectProject],
});
