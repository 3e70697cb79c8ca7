import { Command, CommanderError, Option } from "commander";
import { exitCodes, sayError } from "./terminal.ts";
import { version } from "./version.ts";

/** Loaded one at a time: a server should not carry the code of every other command. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  dev: async () => (await import("./commands/dev.ts")).devCommand(),
  start: async () => (await import("./commands/start.ts")).startCommand(),
  check: async () => (await import("./commands/check.ts")).checkCommand(),
  adopt: async () => (await import("./commands/adopt.ts")).adoptCommand(),
  routes: async () => (await import("./commands/routes.ts")).routesCommand(),
  migrate: async () => (await import("./commands/migrate.ts")).migrateCommand(),
  seed: async () => (await import("./commands/seed.ts")).seedCommand(),
  import: async () => (await import("./commands/import.ts")).importCommand(),
  export: async () => (await import("./commands/export.ts")).exportCommand(),
  work: async () => (await import("./commands/work.ts")).workCommand(),
  jobs: async () => (await import("./commands/jobs.ts")).jobsCommand(),
  dlq: async () => (await import("./commands/dlq.ts")).dlqCommand(),
  db: async () => (await import("./commands/db.ts")).dbCommand(),
  openapi: async () => (await import("./commands/openapi.ts")).openapiCommand(),
  contract: async () => (await import("./commands/contract.ts")).contractCommand(),
  changelog: async () => (await import("./commands/changelog.ts")).changelogCommand(),
  gen: async () => (await import("./commands/gen.ts")).genCommand(),
  token: async () => (await import("./commands/token.ts")).tokenCommand(),
  explain: async () => (await import("./commands/explain.ts")).explainCommand(),
};

/** Runs the command line and gives the exit code; 2 means that something the user wrote is wrong. */
export async function main(args: readonly string[]): Promise<number> {
  // A reader such as `head` that has seen enough is no failure.
  process.stdout.on("error", (error: { readonly code?: string }) => {
    process.exit(error.code === "EPIPE" ? exitCodes.ok : exitCodes.failed);
  });
  const program = new Command("keelson")
    .description("Declare the model once; what runs is a complete production back end.")
    .version(version)
    .showHelpAfterError("(keelson --help lists the commands)")
    .showSuggestionAfterError()
    .exitOverride();
  const named = commands[args[0] ?? ""];
  // Help, and finding what a typo meant, need all of them.
  const wanted =
    named && args[0] !== undefined && Object.hasOwn(commands, args[0]) ? [named] : Object.values(commands);
  for (const load of wanted) program.addCommand(withShared(await load()));
  try {
    await program.parseAsync(args, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.wrong;
    return sayError(error);
  }
}

/** Options that every command has; subcommands get them too. */
function withShared(command: Command): Command {
  command.exitOverride().showSuggestionAfterError();
  if (command.commands.length > 0) {
    for (const child of command.commands) withShared(child);
    return command;
  }
  return command.addOption(new Option("--entry <file>", "file whose default export is backend({ … })"));
}
