import { Command, Option } from "commander";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { startEmbedded } from "../../data/embedded/start-embedded.ts";
import { inspectServer } from "../../data/inspect-server.ts";
import { observeNothing } from "../../observe/observation.ts";
import { readConfig } from "../../runtime/config.ts";
import { findEntry } from "../../runtime/load-backend.ts";
import { askYes, canAsk } from "../ask-yes.ts";
import { openDevPort } from "../dev-port.ts";
import { newDevWorkers } from "../dev-workers.ts";
import { type PortOptions, portOption, takePort } from "../port-option.ts";
import type { ProjectOptions } from "../project.ts";
import { onStopSignal } from "../stop-signals.ts";
import { paint, say } from "../terminal.ts";
import { newTypeCheck } from "../type-check.ts";
import { watchProject } from "../watch-project.ts";

interface Options extends ProjectOptions, PortOptions {
  readonly acceptDataLoss?: true;
  readonly seed: boolean;
  readonly log: "text" | "json";
  readonly advice: boolean;
  readonly types: boolean;
}

export const devCommand = (): Command =>
  new Command("dev")
    .description("serve and reload at every change; keeps the schema in step with the declarations")
    .addOption(portOption())
    .option("--accept-data-loss", "let schema changes drop columns and tables without asking")
    .option("--no-seed", "do not fill an empty database with the seed")
    .option("--no-types", "do not run the project's TypeScript after each change")
    .option("--no-advice", "do not look for missing indexes and repeated statements")
    .addOption(
      new Option("--log <format>", "how requests are printed").choices(["text", "json"]).default("text"),
    )
    .action(dev);

/** Watches the files and keeps the embedded database up; workers serve. */
async function dev(options: Options): Promise<void> {
  const dir = process.cwd();
  takePort(options);
  const { config } = readConfig(process.env, dir);
  if (config.mode === "production") throw notInProduction();
  const entry = await findEntry(dir, options.entry);
  // No change of a file would help, so there is nothing to watch for.
  if (config.databaseUrl !== undefined)
    await inspectServer({ url: config.databaseUrl, applicationName: "keelson dev", timeoutMs: 5_000 });
  const port = await openDevPort(config);
  const starting =
    config.databaseUrl === undefined
      ? startEmbedded({ stateDir: config.stateDir, database: "app", observe: observeNothing })
      : Promise.resolve(undefined);
  const stop = async (): Promise<void> => {
    watcher.close();
    types?.close();
    await workers.stop();
    port.close();
    await (await starting)?.stop();
  };
  const workers = newDevWorkers({
    task: {
      entry,
      acceptDataLoss: options.acceptDataLoss === true,
      seed: options.seed,
      canAsk: canAsk(),
      url: port.url,
      jsonLog: options.log === "json",
      advice: options.advice,
    },
    port,
    ask: askAboutLoss,
    reloaded: () => types?.check(),
  });
  const types = options.types ? newTypeCheck({ dir, entry, stateDir: config.stateDir }) : undefined;
  const watcher = watchProject(dir, [config.stateDir, config.migrationsDir], () => {
    types?.cancel();
    workers.replace();
  });
  onStopSignal(stop);
  // The first worker loads while the database starts, and then finds it there.
  workers.replace();
  await starting.catch(async (error: unknown) => {
    watcher.close();
    await workers.stop();
    port.close();
    throw error;
  });
  await new Promise(() => {});
}

function askAboutLoss(losses: readonly string[], withdrawn: AbortSignal): Promise<boolean> {
  say(paint("yellow", "This change of the schema destroys data:"));
  for (const loss of losses) say(`  ${loss}`);
  return askYes("Go on?", withdrawn);
}

function notInProduction(): DiagnosticError {
  return new DiagnosticError([
    {
      code: "development-only",
      severity: "error",
      where: "keelson dev",
      what: "NODE_ENV or KEELSON_ENV says production.",
      instead: "Use keelson start, after keelson migrate apply.",
    },
  ]);
}
