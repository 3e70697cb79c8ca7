import { backend } from "keelson";
import { completeTask } from "./commands/complete-task.ts";
import { project } from "./resources/project.ts";
import { task } from "./resources/task.ts";
import { seed } from "./seed.ts";

/** The whole back end. What is not listed here does not exist. */
export default backend({
  name: "my-app",
  description: "Projects, and the tasks that people do for them.",
  roles: ["member", "manager"],
  resources: [project, task],
  commands: [completeTask],
  seed,
});
