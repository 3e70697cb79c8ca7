import { userInfo } from "node:os";
import { InvalidArgumentError } from "commander";
import { DiagnosticError } from "../base/diagnostic.ts";
import type { App, Jobs } from "../operation/call.ts";
import type { JobDesk } from "../operation/job-desk.ts";
import { ensureSchema } from "../runtime/ensure-schema.ts";
import { openJobDesk } from "../runtime/open-job-desk.ts";
import { openProject, type ProjectOptions, withData } from "./project.ts";

/** Runs `work` at the desk of the project's jobs. */
export async function withJobDesk<T>(
  options: ProjectOptions,
  use: (desk: JobDesk, parts: { readonly app: App; readonly jobs: Jobs }) => Promise<T>,
): Promise<T> {
  const project = await openProject(options);
  return withData(project, async (data, observe) => {
    await ensureSchema({ ...project, data, observe });
    const { config, model } = project;
    const { app, jobs, desk, close } = await openJobDesk({ config, model, data, observe });
    try {
      return await use(desk, { app, jobs });
    } finally {
      await close();
    }
  });
}

/** Who is at the command line, for the log. */
export function operator(): string {
  try {
    return userInfo().username;
  } catch {
    return "command line";
  }
}

/** A JSON value of the command line. */
export function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DiagnosticError([
      {
        code: "invalid-input",
        severity: "error",
        where: "--input",
        what: "It is not JSON.",
        instead: `Write e.g. --input '{"order":"…"}'.`,
      },
    ]);
  }
}

export function parseLimit(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number above 0.");
}
