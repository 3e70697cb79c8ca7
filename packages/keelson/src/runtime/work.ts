import { systemClock } from "../base/clock.ts";
import { DiagnosticError } from "../base/diagnostic.ts";
import { didYouMean } from "../base/nearest.ts";
import type { AppModel } from "../model/app-model.ts";
import type { Observe } from "../observe/observation.ts";
import type { App } from "../operation/call.ts";
import { createHttpServer } from "../transport/create-http-server.ts";
import type { Config } from "./config.ts";
import { newApp } from "./new-app.ts";
import { openCache } from "./open-cache.ts";
import type { OpenData } from "./open-data.ts";
import { openIntegrations } from "./open-integrations.ts";
import { newJobRunner, openJobs } from "./open-jobs.ts";
import { openCursorKeys } from "./open-secrets.ts";
import { transferSettings } from "./transfer-settings.ts";

export interface WorkOptions {
  readonly config: Config;
  readonly model: AppModel;
  readonly data: OpenData;
  readonly observe: Observe;
  /** Names of the jobs to run. @defaultValue all */
  readonly only?: readonly string[] | undefined;
  /** Where `/livez` and `/readyz` are asked; without it nothing listens. */
  readonly port?: number | undefined;
  /** After how many lost leases a job is given up. @defaultValue 3 */
  readonly poisonAfter?: number;
}

/** A process that runs jobs and serves nobody. */
export interface Work {
  readonly app: App;
  /** Begins; gives the URL of the health endpoints, where there are any. */
  start(): Promise<string | undefined>;
  /** Finishes the jobs that are running, or gives them back. The database stays open: it is the caller's. */
  stop(reason: string): Promise<void>;
}

/**
 * Puts the pipeline behind the door of jobs alone.
 *
 * @throws DiagnosticError when there are no jobs, or none of a name
 */
export async function work({
  config,
  model,
  data,
  observe,
  only,
  port,
  poisonAfter,
}: WorkOptions): Promise<Work> {
  checkNames(model, only);
  const integrations = openIntegrations({ model, config, observe });
  const jobs = await openJobs(model, data, () => app);
  if (!jobs) throw new DiagnosticError([noJobs]);
  const cache = await openCache({ config, model, data, observe, clock: systemClock });
  const app: App = newApp({
    model,
    database: data.database,
    observe,
    issuers: [],
    cursorKeys: await openCursorKeys(config),
    keyRetentionMs: config.keyRetentionMs,
    transfers: transferSettings(config),
    cache,
    jobs,
    ...(integrations ? { integrations } : {}),
  });
  const runner = newJobRunner({
    app,
    jobs,
    data,
    config,
    observe,
    ...(only ? { only } : {}),
    ...(poisonAfter === undefined ? {} : { poisonAfter }),
  });
  const server =
    port === undefined
      ? undefined
      : createHttpServer({
          model: { ...model, resources: new Map(), operations: new Map() },
          run: app.run,
          observe,
          ready: async () => runner.worker.working && (await answers(data)),
          notes: () => [`${runner.worker.running} jobs running`, ...(integrations?.notes() ?? [])],
        });
  return {
    app,
    start: async () => {
      const url = await server?.listen({ host: config.host, port: port ?? 0 });
      runner.start();
      observe({ type: "worker.started", jobs: only ?? [...jobs.models.keys()], url: url ?? null });
      return url;
    },
    stop: async (reason) => {
      const startedMs = systemClock.monotonicMs();
      observe({ type: "server.draining", signal: reason });
      await runner.stop(config.drainTimeoutMs);
      await server?.close();
      app.admission.drain();
      await jobs.queue.close();
      integrations?.close();
      await cache?.close();
      observe({ type: "server.stopped", tookMs: systemClock.monotonicMs() - startedMs });
    },
  };
}

const answers = ({ database }: OpenData): Promise<boolean> =>
  database.pool.query("select 1").then(
    () => true,
    () => false,
  );

/** The diagnostic of whoever asks for jobs where there are none. */
export const noJobs = {
  code: "no-jobs",
  severity: "error",
  where: "backend({ jobs })",
  what: "This back end declares no jobs.",
  instead: 'Declare one with job("name", { … }), and list it in backend({ jobs: [ … ] }).',
} as const;

function checkNames({ jobs }: AppModel, only: readonly string[] | undefined): void {
  const unknown = (only ?? []).filter((name) => !jobs.has(name));
  if (unknown.length === 0) return;
  throw new DiagnosticError(
    unknown.map((name) => ({
      code: "unknown-job",
      severity: "error",
      where: "--queues",
      what: `This back end declares no job "${name}".${didYouMean(name, [...jobs.keys()])}`,
      instead: jobs.size === 0 ? noJobs.instead : `Name some of: ${[...jobs.keys()].join(", ")}.`,
    })),
  );
}
