import type { SeedBatch, SeedContext } from "keelson";
import { project } from "./resources/project.ts";
import { task } from "./resources/task.ts";

const plans = {
  "New website": [
    "Choose a typeface",
    "Write the front page",
    "Move the old articles",
    "Measure the load time",
  ],
  "Office move": ["Find a mover", "Label the boxes", "Tell the post office"],
  "Summer party": ["Book the garden", "Ask who eats what", "Find a band", "Plan for rain"],
};
const people = ["ada", "grace", "linus"];
const dayMs = 86_400_000;

/** What `npm run dev` puts into an empty database: the same rows every time. */
export function* seed({ id, epoch }: SeedContext): Generator<SeedBatch> {
  const projects = Object.keys(plans).map((name, n) => {
    const at = new Date(epoch.getTime() - (30 - n) * dayMs);
    return { id: id(at), name, lead: people[n % people.length], createdAt: at.toISOString() };
  });
  yield { resource: project, rows: projects };

  const tasks = Object.values(plans).flatMap((titles, p) =>
    titles.map((title, n) => {
      const at = new Date(epoch.getTime() - (20 - n) * dayMs);
      const done = n === 0;
      return {
        id: id(at),
        project: projects[p]?.id,
        title,
        assignee: people[(p + n) % people.length],
        dueOn: new Date(epoch.getTime() + (p + n + 1) * dayMs).toISOString().slice(0, 10),
        status: done ? "done" : "open",
        completedAt: done ? epoch.toISOString() : null,
        createdAt: at.toISOString(),
      };
    }),
  );
  yield { resource: task, rows: tasks };
}
