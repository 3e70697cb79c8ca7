import { command } from "keelson";
import { mayChange, task } from "../resources/task.ts";

/** POST /v1/tasks/{id}/complete. Runs in a transaction, with the task locked. */
export const completeTask = command(task, "complete", {
  description: "Marks a task as done.",
  output: task,
  errors: { alreadyDone: { status: 409, title: "The task is done already" } },
  access: mayChange,
  run({ row, db, now, fail }) {
    if (row.status === "done") fail("alreadyDone", { members: { completedAt: row.completedAt } });
    return db.update(task, row.id, { status: "done", completedAt: now() });
  },
});
