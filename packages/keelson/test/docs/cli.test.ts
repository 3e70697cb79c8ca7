import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { adoptCommand } from "../../src/cli/commands/adopt.ts";
import { changelogCommand } from "../../src/cli/commands/changelog.ts";
import { checkCommand } from "../../src/cli/commands/check.ts";
import { contractCommand } from "../../src/cli/commands/contract.ts";
import { dbCommand } from "../../src/cli/commands/db.ts";
import { devCommand } from "../../src/cli/commands/dev.ts";
import { dlqCommand } from "../../src/cli/commands/dlq.ts";
import { explainCommand } from "../../src/cli/commands/explain.ts";
import { exportCommand } from "../../src/cli/commands/export.ts";
import { genCommand } from "../../src/cli/commands/gen.ts";
import { importCommand } from "../../src/cli/commands/import.ts";
import { jobsCommand } from "../../src/cli/commands/jobs.ts";
import { migrateCommand } from "../../src/cli/commands/migrate.ts";
import { openapiCommand } from "../../src/cli/commands/openapi.ts";
import { routesCommand } from "../../src/cli/commands/routes.ts";
import { seedCommand } from "../../src/cli/commands/seed.ts";
import { startCommand } from "../../src/cli/commands/start.ts";
import { tokenCommand } from "../../src/cli/commands/token.ts";
import { workCommand } from "../../src/cli/commands/work.ts";
import { runKeelson } from "../support/spawn-keelson.ts";
import { pageOf, proseOf, repository, tablesUnder } from "./read-docs.ts";

const page = pageOf("docs/cli.md");

/** Every command that does something, with the words by which it is called. */
const commands = [
  devCommand(),
  startCommand(),
  checkCommand(),
  adoptCommand(),
  routesCommand(),
  migrateCommand(),
  seedCommand(),
  importCommand(),
  exportCommand(),
  workCommand(),
  jobsCommand(),
  dlqCommand(),
  dbCommand(),
  openapiCommand(),
  contractCommand(),
  changelogCommand(),
  genCommand(),
  tokenCommand(),
  explainCommand(),
].flatMap((command) => leavesOf(command, "keelson"));

function leavesOf(command: Command, before: string): readonly (readonly [string, Command])[] {
  const name = `${before} ${command.name()}`;
  return command.commands.length > 0
    ? command.commands.flatMap((child) => leavesOf(child, name))
    : [[name, command]];
}

const headingOf = (name: string, command: Command): string =>
  command.registeredArguments.reduce((text, argument) => {
    const word = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return `${text} ${argument.required ? `<${word}>` : `[${word}]`}`;
  }, name);

/** As `--help` prints it. */
const rowsOf = (command: Command): readonly (readonly string[])[] => {
  const help = command.createHelp();
  return [
    ...command.registeredArguments
      .filter((argument) => argument.description)
      .map((argument) => [`\`${argument.name()}\``, argument.description]),
    ...command.options.map((option) => [`\`${option.flags}\``, plain(help.optionDescription(option))]),
  ];
};

const plain = (description: string): string =>
  description.replace(' (choices: "expand")', " (choices: expand)").replace(" (default: [])", "");

describe("the guide to the command line", () => {
  test("has every command, in the order of --help", async () => {
    const headings = [...proseOf(page).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(commands.map(([name, command]) => headingOf(name, command)));
    const { stdout } = await runKeelson(["--help"], { cwd: repository });
    const listed = [...stdout.matchAll(/^ {2}(\w+)(?= )/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== "help");
    expect([...new Set(commands.map(([name]) => name.split(" ")[1]))]).toEqual(listed);
  });

  test.each(commands)("says what --help says: %s", (name, command) => {
    const heading = headingOf(name, command);
    const description = command.description();
    const section = page.text.split(`## ${heading}\n`)[1]?.split("\n## ")[0];
    expect(section).toContain(`${description.charAt(0).toUpperCase()}${description.slice(1)}.`);
    expect(tablesUnder(page, heading)).toEqual(rowsOf(command));
  });

  test("mentions the option that every command has", async () => {
    const { stdout } = await runKeelson(["migrate", "apply", "--help"], { cwd: repository });
    expect(stdout).toMatch(/--entry <file> +file whose default export is backend\(\{ … \}\)/);
    expect(page.text).toContain("`--entry <file>`: file whose default export is `backend({ … })`");
  });
});
