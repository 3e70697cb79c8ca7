import { type Clock, systemClock } from "../base/clock.ts";
import { titleOf } from "../contract/openapi/openapi-of.ts";
import { openapiTexts } from "../contract/openapi/openapi-texts.ts";
import type { DevelopmentKey } from "../identity/development-key.ts";
import type { AppModel } from "../model/app-model.ts";
import type { Observe } from "../observe/observation.ts";
import type { App } from "../operation/call.ts";
import type { CallWatch } from "../operation/call-watch.ts";
import { newRefusalCount } from "../operation/refusal-count.ts";
import { createHttpServer } from "../transport/create-http-server.ts";
import type { Config } from "./config.ts";
import { startKeyCleaning } from "./key-cleaning.ts";
import { newApp } from "./new-app.ts";
import { openCache } from "./open-cache.ts";
import type { OpenData } from "./open-data.ts";
import { type Network, openIntegrations } from "./open-integrations.ts";
import { type JobRunner, newJobRunner, openJobs } from "./open-jobs.ts";
import { openLimiting } from "./open-limiting.ts";
import { openPressure } from "./open-pressure.ts";
import { openCursorKeys } from "./open-secrets.ts";
import { startOperationCleaning } from "./operation-cleaning.ts";
import { transferSettings } from "./transfer-settings.ts";

export interface ServeOptions {
  readonly config: Config;
  readonly model: AppModel;
  readonly data: OpenData;
  readonly observe: Observe;
  /** Accepts its tokens too; never given in production. */
  readonly developmentKey?: DevelopmentKey;
  /** Looks at every call and announces every request. */
  readonly watch?: CallWatch;
  /** Where whoever passes connections on is reached; this process then listens on a free port of the machine. */
  readonly publicUrl?: string;
  /** @defaultValue the real time */
  readonly clock?: Clock;
  /** Whether it runs jobs as soon as it listens. @defaultValue as configured */
  readonly runsJobs?: boolean;
  /** How other services are reached. @defaultValue over the network */
  readonly network?: Network;
}

/** A prepared server: it accepts calls after `listen`. */
export interface Service {
  readonly app: App;
  /** Only where there are jobs. */
  readonly jobs?: JobRunner;
  /** Starts accepting; gives the URL. Throws a DiagnosticError when the port is taken. */
  listen(): Promise<string>;
  /** Refuses new calls, finishes those in progress, then closes. The database stays open: it is the caller's. */
  stop(reason: string): Promise<void>;
}

/** Puts the pipeline behind the HTTP doors. */
export async function serve({
  config,
  model,
  data,
  observe,
  developmentKey,
  watch,
  publicUrl,
  clock,
  runsJobs = config.runsJobs,
  network,
}: ServeOptions): Promise<Service> {
  const issuers = [
    ...model.issuers,
    ...(config.issuer ? [config.issuer] : []),
    ...(developmentKey ? [developmentKey.issuer] : []),
  ];
  // First, since it may find that settings are missing.
  const integrations = openIntegrations({ model, config, observe, clock, ...(network ? { network } : {}) });
  const limiting = await openLimiting(config, model.name, observe, clock);
  const jobs = await openJobs(model, data, () => app);
  const app: App = newApp({
    model,
    database: data.database,
    observe,
    issuers,
    ...(limiting ? { limiting } : {}),
    cursorKeys: await openCursorKeys(config),
    keyRetentionMs: config.keyRetentionMs,
    cache: await openCache({ config, model, data, observe, clock: clock ?? systemClock }),
    ...(jobs ? { jobs } : {}),
    transfers: transferSettings(config),
    ...(integrations ? { integrations } : {}),
    ...(watch ? { watch } : {}),
    ...(clock ? { clock } : {}),
  });
  const runner = jobs && newJobRunner({ app, jobs, data, config, observe });
  const countRefusal = app.limits && newRefusalCount(app.limits);
  const { admission } = app;
  const pressure = openPressure(config, data.database, { admission, observe, clock });
  const openapi = openapiTexts(model);
  // Only OpenAPI 3.2 has a word for QUERY, and tools that read 3.1 are many: the page has a document of its own.
  const pageDocument = openapiTexts(model, { page: true });
  const server = createHttpServer({
    model,
    run: app.run,
    observe,
    announceRequests: watch !== undefined,
    options: { corsOrigins: config.corsOrigins, drainTimeoutMs: config.drainTimeoutMs },
    ready: () => answers(data),
    notes: () => [...(limiting?.notes() ?? []), ...(integrations?.notes() ?? [])],
    ...(config.proxies ? { proxies: config.proxies } : {}),
    ...(pressure ? { pressure } : {}),
    ...(countRefusal ? { countRefusal } : {}),
    openapi,
    ...(config.docs ? { docs: { title: titleOf(model), openapi: pageDocument } } : {}),
  });
  const cleaning = startKeyCleaning(data.database, observe);
  const operationCleaning = startOperationCleaning(app);
  return {
    app,
    ...(runner ? { jobs: runner } : {}),
    listen: async () => {
      const behind = { host: "127.0.0.1", port: 0 };
      const url = await server.listen(publicUrl === undefined ? config : behind);
      observe({ type: "server.listening", url: publicUrl ?? url });
      if (runsJobs) runner?.start();
      return url;
    },
    stop: async (reason) => {
      const startedMs = systemClock.monotonicMs();
      observe({ type: "server.draining", signal: reason });
      // What still arrives on open connections is served: whoever sent it could not know.
      await Promise.all([server.close(), runner?.stop(config.drainTimeoutMs)]);
      app.admission.drain();
      await jobs?.queue.close();
      limiting?.close();
      integrations?.close();
      await Promise.all([cleaning.stop(), operationCleaning.stop()]);
      if (app.cache) {
        await app.cache.close();
        observe({ type: "cache.closed", ...app.cache.figures });
      }
      observe({ type: "server.stopped", tookMs: systemClock.monotonicMs() - startedMs });
    },
  };
}

const answers = (data: OpenData): Promise<boolean> =>
  data.database.pool.query("select 1").then(
    () => true,
    () => false,
  );
