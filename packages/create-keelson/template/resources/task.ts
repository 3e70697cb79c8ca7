import {
  type CallerRef,
  choice,
  date,
  eq,
  or,
  type Ref,
  reference,
  resource,
  text,
  timestamp,
} from "keelson";
import { project } from "./project.ts";

/** Managers, whoever leads the project, and whoever has the task. */
export const mayChange = (
  row: { readonly assignee: Ref<string>; readonly project: { readonly lead: Ref<string> } },
  caller: CallerRef,
) => or(caller.is("manager"), eq(row.project.lead, caller.id), eq(row.assignee, caller.id));

export const task = resource("task", {
  description: "One thing to do for a project.",
  fields: {
    project: reference(() => project, { onDelete: "cascade" }).immutable(),
    title: text({ min: 1, max: 200 }).example("Choose a typeface"),
    assignee: text({ min: 1, max: 200 }).optional().description("Subject of an access token."),
    dueOn: date().optional(),
    // Only the command `complete` sets these two.
    status: choice("open", "done").default("open").readOnly(),
    completedAt: timestamp().optional().readOnly(),
  },
  access: {
    read: (_row, caller) => caller.signedIn,
    create: (_row, caller) => caller.is("member", "manager"),
    // Asked before and after the change: nobody can give a task away and then still not be allowed to.
    update: mayChange,
    delete: (row, caller) => or(caller.is("manager"), eq(row.project.lead, caller.id)),
  },
  list: {
    filter: ["project", "project.name", "assignee", "status", "dueOn"],
    sort: ["createdAt", "dueOn", "title"],
  },
  indexes: [{ on: ["project", "status", "createdAt", "id"] }],
});
