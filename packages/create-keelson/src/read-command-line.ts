import { parseArgs } from "node:util";
import { isPackageManager, type PackageManagerName, packageManagers } from "./package-manager.ts";
import { exitCodes, Refusal } from "./refusal.ts";

/** What the command line says; undefined is for what it leaves open. */
export interface CommandLine {
  readonly folder: string | undefined;
  /** Ask nothing: what is open has its default. */
  readonly yes: boolean;
  readonly install: boolean | undefined;
  readonly git: boolean | undefined;
  readonly packageManager: PackageManagerName | undefined;
  /** Version, tag or tarball of keelson. */
  readonly keelson: string | undefined;
  readonly wants: "project" | "help" | "version";
}

const options = {
  yes: { type: "boolean", short: "y" },
  install: { type: "boolean" },
  git: { type: "boolean" },
  pm: { type: "string" },
  keelson: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

export const help = `Usage: npm create keelson@latest [folder] [-- options]

Starts a Keelson back end in a new folder: two resources, a command, access rules, a seed,
a first migration, a test, and what is needed to deploy it.

Arguments:
  folder           where to make it, and its name; "." is this folder (asked for, or "my-app")

Options:
  -y, --yes        ask nothing; what is left open has its default
  --no-install     do not install the dependencies
  --no-git         do not make a git repository
  --pm <name>      ${Object.keys(packageManagers).join(", ")} (the one that runs this)
  --keelson <spec> version, tag or tarball of keelson (the version of create-keelson)
  -h, --help       print this
  -v, --version    print the version

Exit codes: 0 made; 1 the machine would not (a folder that cannot be written, an install that
failed); 2 what was asked for cannot be done (an option, a name, a folder that is not empty).`;

/** Reads the command line; throws a Refusal for what it does not know. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (positionals.length > 1)
    throw wrong(
      `One folder is enough, and these are ${positionals.length}: ${positionals.join(", ")}.`,
      "Put a folder with spaces in its name in quotes.",
    );
  if (values.pm !== undefined && !isPackageManager(values.pm))
    throw wrong(
      `"${values.pm}" is no package manager that is known here.`,
      `Use --pm with one of ${Object.keys(packageManagers).join(", ")}.`,
    );
  if (values.keelson?.trim() === "")
    throw wrong("--keelson is empty.", "Give a version, a tag or a tarball, or leave it out.");
  return {
    folder: positionals[0],
    yes: values.yes ?? false,
    install: values.install,
    git: values.git,
    packageManager: values.pm,
    keelson: values.keelson,
    wants: values.help ? "help" : values.version ? "version" : "project",
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    // Node's own sentence names the option; what follows it is advice for other cases.
    const [what = ""] = (error as Error).message.split(/\. |\n/);
    throw wrong(`${what.replace(/\.$/, "")}.`, "npm create keelson@latest -- --help lists the options.");
  }
}

const wrong = (what: string, instead: string): Refusal => new Refusal(exitCodes.wrong, what, instead);
