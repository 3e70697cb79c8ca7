import { createRequire } from "node:module";
import type { Choices } from "./adapt-file.ts";
import { canAsk, openQuestions, type Questions } from "./ask.ts";
import { beginRepository } from "./begin-repository.ts";
import { keelsonSpec } from "./keelson-spec.ts";
import { detectPackageManager, type PackageManager, packageManagers } from "./package-manager.ts";
import { type CommandLine, help, readCommandLine } from "./read-command-line.ts";
import { exitCodes, Refusal } from "./refusal.ts";
import { runTool } from "./run-tool.ts";
import { paint, say } from "./say.ts";
import { chooseFolder, type TargetFolder } from "./target-folder.ts";
import { writeProject } from "./write-project.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { readonly version: string };
const defaultFolder = "my-app";

interface Plan extends Omit<Choices, "name"> {
  readonly folder: TargetFolder;
  readonly install: boolean;
  readonly git: boolean;
}

/** Runs the command line and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const line = readCommandLine(args);
    if (line.wants === "project") return make(await plan(line));
    process.stdout.write(`${line.wants === "help" ? help : version}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    say(paint("red", error.message));
    return error.exitCode;
  }
}

/** Fills in what the command line leaves open: by asking, or else with defaults. */
async function plan(line: CommandLine): Promise<Plan> {
  const here = process.cwd();
  const manager = line.packageManager ?? detectPackageManager(process.env.npm_config_user_agent);
  const packageManager: PackageManager = packageManagers[manager];
  const keelson = keelsonSpec(line.keelson, version, here);
  // What is wrong already is said before anything is asked.
  const given = line.folder === undefined ? undefined : chooseFolder(line.folder, here);
  const questions = line.yes || !canAsk() ? undefined : openQuestions();
  try {
    return {
      folder: given ?? chooseFolder(await askFolder(questions, here), here),
      packageManager,
      keelson,
      install: line.install ?? (await questions?.yes(`Install the dependencies with ${manager}?`)) ?? true,
      git: line.git ?? (await questions?.yes("Make a git repository?")) ?? true,
    };
  } finally {
    questions?.close();
  }
}

async function askFolder(questions: Questions | undefined, here: string): Promise<string> {
  if (questions === undefined) return defaultFolder;
  return questions.text("Where to?", defaultFolder, (answer) => {
    try {
      chooseFolder(answer, here);
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  });
}

function make({ folder, packageManager, keelson, install, git }: Plan): number {
  writeProject(folder.path, { name: folder.name, packageManager, keelson });
  say(`${paint("green", "✓")} ${folder.name} is made in ${folder.path}`);
  const installed = install ? runTool(packageManager.install, folder.path) : undefined;
  if (installed?.ok) say(`${paint("green", "✓")} dependencies installed`);
  // After the install, so that the lockfile is added too.
  const noRepository = git ? beginRepository(folder.path) : "";
  if (noRepository === undefined) say(`${paint("green", "✓")} git repository made`);
  else if (noRepository !== "") say(paint("dim", `  no git repository was made: ${noRepository}`));
  const enter =
    folder.shown === "" ? [] : [`cd ${folder.shown.includes(" ") ? `"${folder.shown}"` : folder.shown}`];
  if (installed?.ok === false) {
    say(paint("red", `The files are there, but the dependencies are not installed: ${installed.how}.`));
    say("  → The lines above say why. Then run:");
    sayCommands([...enter, packageManager.install]);
    return exitCodes.failed;
  }
  sayCommands([...enter, ...(installed ? [] : [packageManager.install]), `${packageManager.run} dev`]);
  say("  README.md has the first ten minutes.\n");
  return exitCodes.ok;
}

function sayCommands(commands: readonly string[]): void {
  say();
  for (const command of commands) say(`  ${paint("cyan", command)}`);
  say();
}
