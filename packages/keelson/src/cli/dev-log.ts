import { systemClock } from "../base/clock.ts";
import { type Diagnostic, DiagnosticError } from "../base/diagnostic.ts";
import type { Observe } from "../observe/observation.ts";
import type { Config } from "../runtime/config.ts";
import { openLog } from "../runtime/open-log.ts";
import type { DevTask, WorkerMessage } from "./dev-messages.ts";
import { prettySink } from "./pretty-sink.ts";

/** Where a development worker's observations go: readable lines, or structured ones on standard output. */
export interface DevLog {
  readonly observe: Observe;
  endProgress(): void;
  /** What is served is older than what was saved: lines say so from now on. */
  outdated(): void;
  close(): Promise<void>;
}

export function openDevLog(task: DevTask, config: Config, name: string): DevLog {
  if (!task.jsonLog) {
    const sink = prettySink(systemClock.monotonicMs);
    return { ...sink, close: async () => {} };
  }
  const log = openLog(config, name);
  return {
    observe: (observation) => {
      // Bars are for people.
      if (observation.type === "progress") return;
      log.observe(observation);
      if (observation.type === "request.ended" || observation.type === "diagnostic") log.flush();
    },
    endProgress: () => {},
    outdated: () => {},
    close: log.close,
  };
}

/** Prints advice that has not been given yet, and has later workers know. */
export function newAdviser(
  task: DevTask,
  observe: Observe,
  tell: (message: WorkerMessage) => void,
): (key: string, advice: Diagnostic) => void {
  const given = new Set(task.given);
  return (key, diagnostic) => {
    if (given.has(key)) return;
    given.add(key);
    observe({ type: "diagnostic", diagnostic });
    tell({ type: "advised", key });
  };
}

/** What the process that watches can tell callers. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  const what = error instanceof Error ? error.message : String(error);
  const instead = "See the terminal for where it happened.";
  return [{ code: "start-failed", severity: "error", where: "keelson dev", what, instead }];
}
