import { many, resource, text } from "keelson";

export const project = resource("project", {
  description: "Something that several people work on.",
  fields: {
    name: text({ min: 1, max: 100 }).unique().example("New website"),
    lead: text({ min: 1, max: 200 }).description("Subject of the access token of whoever leads it."),
    tasks: many("task", { via: "project" }),
  },
  access: {
    // What has no rule is denied. A rule is asked in SQL, as part of the statement.
    read: (_row, caller) => caller.signedIn,
    create: (_row, caller) => caller.is("manager"),
    update: (_row, caller) => caller.is("manager"),
    delete: (_row, caller) => caller.is("manager"),
  },
  list: { filter: ["name", "lead"], sort: ["name", "createdAt"], defaultSort: "name" },
});
