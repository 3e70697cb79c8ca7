import { and, backend, boolean, command, eq, resource, text } from "keelson";

const note = resource("note", {
  fields: {
    owner: text({ max: 200 }).immutable(),
    title: text({ min: 1, max: 200 }),
    body: text().default(""),
    done: boolean().default(false),
  },
  access: {
    read: (row, caller) => eq(row.owner, caller.id),
    create: (row, caller) => eq(row.owner, caller.id),
    update: (row, caller) => and(eq(row.owner, caller.id), eq(row.done, false)),
    delete: (row, caller) => eq(row.owner, caller.id),
  },
  list: { filter: ["done"], sort: ["title"] },
});

const finish = command(note, "finish", {
  output: note,
  access: (row, caller) => eq(row.owner, caller.id),
  run: ({ row, db }) =>
    db.asSystem("finished notes are frozen for their owners").update(note, row.id, { done: true }),
});

export default backend({ name: "notes", resources: [note], commands: [finish] });
