import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import { type DevelopmentKey, openDevelopmentKey } from "../identity/development-key.ts";
import type { AppModel } from "../model/app-model.ts";
import { loadModel } from "../model/load-model.ts";
import type { Observe } from "../observe/observation.ts";
import { type Config, readConfig } from "../runtime/config.ts";
import { findEntry, loadBackend } from "../runtime/load-backend.ts";
import { type OpenData, openData } from "../runtime/open-data.ts";
import { prettySink } from "./pretty-sink.ts";
import { sayDiagnostic } from "./terminal.ts";

/** What a command works on: the project in the current directory, its configuration and its linked model. */
export interface Project {
  readonly dir: string;
  readonly entry: string;
  readonly config: Config;
  readonly model: AppModel;
  readonly warnings: readonly Diagnostic[];
}

export interface ProjectOptions {
  readonly entry?: string;
}

/** Reads configuration and declarations; throws a DiagnosticError with everything that is wrong. */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const dir = process.cwd();
  const { config, warnings } = readConfig(process.env, dir);
  const entry = await findEntry(dir, options.entry);
  const loaded = loadModel(await loadBackend(entry));
  return { dir, entry, config, model: loaded.model, warnings: [...warnings, ...loaded.warnings] };
}

export const sayWarnings = (project: Project): void => {
  for (const warning of project.warnings) sayDiagnostic(warning);
};

/** Runs `work` with the project's database open, and closes it whatever happens. */
export async function withData<T>(
  project: Project,
  work: (data: OpenData, observe: Observe) => Promise<T>,
): Promise<T> {
  const { observe, endProgress } = prettySink(systemClock.monotonicMs);
  const data = await openData(project.config, project.model.name, observe);
  try {
    return await work(data, observe);
  } finally {
    endProgress();
    await data.close();
  }
}

/** The key for development tokens; production neither has nor accepts one. */
export async function developmentKey(
  { mode, stateDir }: Config,
  name: string,
): Promise<DevelopmentKey | undefined> {
  if (mode === "production") return undefined;
  const key = await openDevelopmentKey(stateDir, name, systemClock);
  // Neither keys nor data belong in a repository.
  await writeFile(join(stateDir, ".gitignore"), "*\n", { flag: "wx" }).catch((error: { code?: unknown }) => {
    if (error.code !== "EEXIST") throw error;
  });
  return key;
}
