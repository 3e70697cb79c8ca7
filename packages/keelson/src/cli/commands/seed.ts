import { Command, InvalidArgumentError } from "commander";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { isEmpty, seedDatabase } from "../../data/seed.ts";
import { ensureSchema } from "../../runtime/ensure-schema.ts";
import { openProject, type Project, type ProjectOptions, withData } from "../project.ts";
import { interruptible } from "../stop-signals.ts";
import { paint, printJson, say } from "../terminal.ts";

interface Options extends ProjectOptions {
  readonly scale: number;
  readonly json?: true;
}

export const seedCommand = (): Command =>
  new Command("seed")
    .description("fill an empty database with the back end's seed")
    .option("--scale <factor>", "multiply the default amounts", parseScale, 1)
    .option("--json", "print what was written as JSON")
    .action(fill);

async function fill(options: Options): Promise<void> {
  const project = await openProject(options);
  const { seed } = project.model.backend;
  if (!seed) throw noSeed();
  const written = await withData(project, async (data, observe) => {
    await ensureSchema({ ...project, data, observe });
    if (!(await isEmpty(project.model, data.database))) throw notEmpty(project);
    const { model } = project;
    return interruptible((signal) =>
      seedDatabase({ model, database: data.database, observe, seed, scale: options.scale, signal }).catch(
        (error: unknown) => (signal.aborted ? undefined : Promise.reject(error)),
      ),
    );
  });
  if (written === undefined) say(paint("yellow", "Interrupted: nothing was written, the database is empty."));
  else if (options.json) printJson(Object.fromEntries(written));
  else
    for (const [name, rows] of written)
      say(`${paint("green", rows.toLocaleString("en").padStart(12))}  ${name}`);
}

function parseScale(text: string): number {
  const scale = Number(text);
  if (Number.isFinite(scale) && scale > 0 && scale <= 10_000) return scale;
  throw new InvalidArgumentError("It must be a number above 0, at most 10000.");
}

function noSeed(): DiagnosticError {
  return new DiagnosticError([
    {
      code: "no-seed",
      severity: "error",
      where: "backend({ seed })",
      what: "This back end declares no seed.",
      instead: "Declare one: backend({ …, seed: function* (context) { yield { resource, rows }; } }).",
    },
  ]);
}

function notEmpty(project: Project): DiagnosticError {
  const instead =
    project.config.databaseUrl === undefined
      ? "Run keelson db reset first; it deletes all data."
      : "Use an empty database.";
  return new DiagnosticError([
    {
      code: "not-empty",
      severity: "error",
      where: "keelson seed",
      what: "The database already holds records.",
      instead,
    },
  ]);
}
