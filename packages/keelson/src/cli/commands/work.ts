import { Command, InvalidArgumentError } from "commander";
import { ensureSchema } from "../../runtime/ensure-schema.ts";
import { openData } from "../../runtime/open-data.ts";
import { openLog } from "../../runtime/open-log.ts";
import { work } from "../../runtime/work.ts";
import { openProject, type ProjectOptions, sayWarnings } from "../project.ts";
import { onStopSignal } from "../stop-signals.ts";

interface Options extends ProjectOptions {
  readonly queues?: readonly string[];
  readonly concurrency?: string;
  readonly port?: number;
}

export const workCommand = (): Command =>
  new Command("work")
    .description("run jobs, and serve nobody; the schema must be up to date (keelson migrate apply)")
    .option("--queues <names>", "run these jobs only, separated by commas", parseNames)
    .option(
      "--concurrency <number>",
      "how many at the same time, whatever KEELSON_JOB_CONCURRENCY says",
      parseCount,
    )
    .option(
      "--port <number>",
      "port on which /livez and /readyz answer; without it nothing listens",
      parsePort,
    )
    .action(run);

async function run(options: Options): Promise<void> {
  // The option is the variable said another way.
  if (options.concurrency !== undefined) process.env.KEELSON_JOB_CONCURRENCY = options.concurrency;
  const project = await openProject(options);
  sayWarnings(project);
  const { config, model } = project;
  const log = openLog(config, model.name);
  const data = await openData(config, model.name, log.observe);
  try {
    await ensureSchema({ ...project, data, observe: log.observe });
    const { queues, port } = options;
    const working = await work({ config, model, data, observe: log.observe, only: queues, port });
    onStopSignal(async (signal) => {
      await working.stop(signal);
      await data.close();
      await log.close();
    });
    await working.start();
    log.flush();
  } catch (error) {
    await data.close();
    await log.close();
    throw error;
  }
}

const parseNames = (text: string): readonly string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

function parseCount(text: string): string {
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1_000) return text;
  throw new InvalidArgumentError("It must be a whole number from 1 to 1000.");
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}
