import { systemClock } from "../base/clock.ts";
import type { AppModel } from "../model/app-model.ts";
import type { Observe } from "../observe/observation.ts";
import type { App } from "../operation/call.ts";
import type { Config } from "./config.ts";
import { newApp } from "./new-app.ts";
import { openCache } from "./open-cache.ts";
import type { OpenData } from "./open-data.ts";
import { openCursorKeys } from "./open-secrets.ts";

/**
 * The pipeline for a command that changes data: without doors and limits, but with the channel by which servers hear
 * of what it changes.
 */
export async function openCommandApp(options: {
  readonly config: Config;
  readonly model: AppModel;
  readonly data: OpenData;
  readonly observe: Observe;
}): Promise<{ readonly app: App; close(): Promise<void> }> {
  const { config, model, data, observe } = options;
  const cache = await openCache({ config, model, data, observe, clock: systemClock });
  const app = newApp({
    model,
    database: data.database,
    observe,
    issuers: [],
    cursorKeys: await openCursorKeys(config),
    cache,
  });
  return { app, close: async () => cache?.close() };
}
