import { once } from "node:events";
import { isEmpty, seedDatabase } from "../data/seed.ts";
import { syncModel } from "../runtime/ensure-schema.ts";
import { openData } from "../runtime/open-data.ts";
import { newQueryWatch } from "../runtime/query-watch.ts";
import { serve } from "../runtime/serve.ts";
import { sayBanner } from "./banner.ts";
import { diagnosticsOf, newAdviser, openDevLog } from "./dev-log.ts";
import type { DevTask, WatcherMessage, WorkerMessage } from "./dev-messages.ts";
import { developmentKey, openProject, sayWarnings } from "./project.ts";
import { onStopSignal } from "./stop-signals.ts";
import { paint, say, sayError } from "./terminal.ts";

/** Loads, brings the schema in step, says `ready`, and serves when told to `listen`. */
async function work(task: DevTask): Promise<void> {
  const project = await openProject({ entry: task.entry });
  sayWarnings(project);
  const { config, model } = project;
  const log = openDevLog(task, config, model.name);
  const { observe } = log;
  const data = await openData(config, model.name, observe);
  const key = await developmentKey(config, model.name);
  const changed = await syncModel({ model, data, observe, confirm: confirmFor(task) });
  if (changed !== undefined) say(`  ${paint("green", "schema")}  ${changed}`);
  const { seed } = model.backend;
  if (task.seed && seed && (await isEmpty(model, data.database)))
    await seedDatabase({ model, database: data.database, observe, seed, scale: 1 });
  log.endProgress();
  const watch = newQueryWatch({
    model,
    url: data.url,
    advise: newAdviser(task, observe, tell),
    on: task.advice,
  });
  const service = await serve({
    config,
    model,
    data,
    observe,
    watch,
    publicUrl: task.url,
    ...(key ? { developmentKey: key } : {}),
  });
  const stop = async (signal: string): Promise<void> => {
    await service.stop(signal);
    await watch.close();
    await data.close();
    await log.close();
  };
  onStopSignal(stop);
  process.off("disconnect", leave);
  process.on("disconnect", () => void stop("disconnect").finally(leave));
  process.on("message", (message: WatcherMessage) => {
    if (message.type === "outdated") log.outdated();
  });
  tell({ type: "ready" });
  await told("listen");
  const own = await service.listen();
  tell({ type: "listening", port: Number(new URL(own).port) });
  if (task.first) await sayBanner({ url: task.url, project, key });
}

const tell = (message: WorkerMessage): unknown => process.send?.(message);

async function told<T extends WatcherMessage["type"]>(type: T): Promise<WatcherMessage & { type: T }> {
  for (;;) {
    const [message] = (await once(process, "message")) as [WatcherMessage];
    if (message.type === type) return message as WatcherMessage & { type: T };
  }
}

/** The terminal belongs to the process that watches, so that one asks. */
function confirmFor(task: DevTask): ((losses: readonly string[]) => Promise<boolean>) | undefined {
  if (task.acceptDataLoss) return async () => true;
  if (!task.canAsk) return undefined;
  return async (losses) => {
    tell({ type: "confirm", losses });
    return (await told("confirmed")).yes;
  };
}

/** Without the process that watches there is nothing to do here, however far we have come. */
const leave = (): never => process.exit(0);
process.on("disconnect", leave);

const task = JSON.parse(process.env.KEELSON_DEV_WORKER ?? "{}") as DevTask;
// The setting is for this process alone, and would look like a typo in the configuration.
delete process.env.KEELSON_DEV_WORKER;
work(task).catch((error: unknown) => {
  const exitCode = sayError(error);
  // A parent that is gone takes no message.
  if (!process.send || !process.connected) process.exit(exitCode);
  process.send({ type: "failed", diagnostics: diagnosticsOf(error) } satisfies WorkerMessage, () =>
    process.exit(exitCode),
  );
});
