import { spawn } from "node:child_process";
import { Command } from "commander";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { askYes, canAsk } from "../ask-yes.ts";
import { openProject, type Project, type ProjectOptions, withData } from "../project.ts";
import { runSqlShell } from "../sql-shell.ts";
import { exitCodes, paint, print, say } from "../terminal.ts";

interface ResetOptions extends ProjectOptions {
  readonly yes?: true;
}

export const dbCommand = (): Command =>
  new Command("db")
    .description("look into the database, or start it afresh")
    .addCommand(
      new Command("shell").description("open an SQL prompt (psql where it is installed)").action(shell),
    )
    .addCommand(
      new Command("reset")
        .description("delete all data and recreate the schema")
        .option("--yes", "do not ask")
        .action(reset),
    )
    .addCommand(
      new Command("url").description("print the database's URL, with its password").action(printUrl),
    );

async function shell(options: ProjectOptions): Promise<void> {
  const project = await openProject(options);
  await withData(project, async ({ url }) => {
    process.exitCode = (await runPsql(url)) ?? (await runSqlShell(url));
  });
}

/** The exit code of psql, or undefined where there is none. */
function runPsql(url: string): Promise<number | undefined> {
  const { address, password } = splitPassword(url);
  // On a terminal one goes on after a typing error; a script must not.
  const options = process.stdin.isTTY ? [] : ["--no-psqlrc", "--set=ON_ERROR_STOP=1"];
  // Ctrl-C is for psql, which shares the terminal.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    const child = spawn("psql", [...options, address], {
      stdio: "inherit",
      env: { ...process.env, ...(password === "" ? {} : { PGPASSWORD: password }) },
    });
    child.on("error", (error: { code?: unknown }) =>
      error.code === "ENOENT" ? resolve(undefined) : reject(error),
    );
    child.on("exit", (code) => resolve(code === 0 ? exitCodes.ok : exitCodes.failed));
  }).finally(() => process.off("SIGINT", ignore)) as Promise<number | undefined>;
}

/** Other users of the machine can see a command line, so the password goes another way. */
function splitPassword(url: string): { readonly address: string; readonly password: string } {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.password = "";
  return { address: address.href, password };
}

async function reset(options: ResetOptions): Promise<void> {
  const project = await openProject(options);
  if (project.config.mode === "production")
    throw refused(
      "Production data is not deleted by a command.",
      "Drop the database with your own tools if you mean it.",
    );
  if (!options.yes && !(await confirmed(project)))
    throw refused("Nobody confirmed it.", "Answer yes, or pass --yes.");
  await withData(project, async ({ database }) => {
    await database.pool.query(
      "drop schema if exists keelson cascade; drop schema public cascade; create schema public",
    );
  });
  say(paint("green", "The database is empty; keelson dev or keelson migrate apply creates the schema."));
}

async function confirmed({ config }: Project): Promise<boolean> {
  if (!canAsk()) return false;
  const { databaseUrl } = config;
  const where = databaseUrl === undefined ? "the embedded database" : hostAndDatabase(databaseUrl);
  return askYes(`Delete all data in ${where}?`);
}

function hostAndDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

async function printUrl(options: ProjectOptions): Promise<void> {
  await withData(await openProject(options), async ({ url }) => print(url));
}

function refused(what: string, instead: string): DiagnosticError {
  return new DiagnosticError([
    { code: "reset-refused", severity: "error", where: "keelson db reset", what, instead },
  ]);
}
