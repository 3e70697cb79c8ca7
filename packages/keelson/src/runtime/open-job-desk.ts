import { DiagnosticError } from "../base/diagnostic.ts";
import type { AppModel } from "../model/app-model.ts";
import type { Observe } from "../observe/observation.ts";
import type { App, Jobs } from "../operation/call.ts";
import { type JobDesk, newJobDesk } from "../operation/job-desk.ts";
import type { Config } from "./config.ts";
import { newApp } from "./new-app.ts";
import type { OpenData } from "./open-data.ts";
import { openJobs } from "./open-jobs.ts";
import { openCursorKeys } from "./open-secrets.ts";
import { noJobs } from "./work.ts";

/**
 * The desk of a back end's jobs for a command, which neither serves nor runs any.
 *
 * @throws DiagnosticError when the back end declares none
 */
export async function openJobDesk(options: {
  readonly config: Config;
  readonly model: AppModel;
  readonly data: OpenData;
  readonly observe: Observe;
}): Promise<{ readonly app: App; readonly jobs: Jobs; readonly desk: JobDesk; close(): Promise<void> }> {
  const { config, model, data, observe } = options;
  const jobs = await openJobs(model, data, () => app);
  if (!jobs) throw new DiagnosticError([noJobs]);
  const app: App = newApp({
    model,
    database: data.database,
    observe,
    issuers: [],
    cursorKeys: await openCursorKeys(config),
    cache: null,
    jobs,
  });
  return { app, jobs, desk: newJobDesk(app, jobs), close: () => jobs.queue.close() };
}
