import { type ChildProcess, fork } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import { systemClock } from "../base/clock.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { DevTask, WatcherMessage, WorkerMessage } from "./dev-messages.ts";
import type { DevPort } from "./dev-port.ts";
import { paint, say } from "./terminal.ts";

/*
 * At most one worker serves and at most one gets ready to. After a change a new worker loads everything beside the
 * old one and says `ready`; only then the old one is stopped and the new one may listen. So a mistake in the
 * declarations shows its diagnostic and leaves the old server up.
 *
 *   worker: loading → ready → (the old one has stopped) → listening → stopping → gone
 *           loading → gone: its diagnostics are on the screen, or a newer change has made it pointless
 */

export interface DevWorkersOptions {
  readonly task: Omit<DevTask, "first" | "given">;
  readonly port: DevPort;
  /** Asks whether to lose data; the question is withdrawn when the signal is aborted. */
  readonly ask: (losses: readonly string[], withdrawn: AbortSignal) => Promise<boolean>;
  /** A worker serves what was saved last. */
  readonly reloaded: () => void;
}

export interface DevWorkers {
  /** Something has changed: gets a new worker ready. */
  replace(): void;
  stop(): Promise<void>;
}

/** How long a replaced worker may take for the requests in progress; nobody waits for a reload that long. */
const stopLimitMs = 2_000;

interface Worker {
  readonly child: ChildProcess;
  readonly startedMs: number;
  /** Aborted when it is gone. */
  readonly gone: AbortSignal;
  /** What it said before it failed. */
  diagnostics: readonly Diagnostic[];
}

export function newDevWorkers({ task, port, ask, reloaded }: DevWorkersOptions): DevWorkers {
  let serving: Worker | undefined;
  let loading: Worker | undefined;
  /** Workers take over one after the other. */
  let turn: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const given = new Set<string>();

  const takeOver = async (worker: Worker): Promise<void> => {
    const previous = serving;
    serving = worker;
    port.hold();
    if (previous) await end(previous);
    if (stopped || worker.gone.aborted) return;
    send(worker, { type: "listen" });
    const heard = await heardOrGone(worker, "listening");
    if (heard === undefined) return;
    port.serve(heard.port);
    if (previous) say(paint("green", `  reloaded in ${elapsed(worker)} ms`));
    if (!loading) reloaded();
  };
  const hear = (worker: Worker, message: WorkerMessage): void => {
    if (message.type === "confirm") {
      void ask(message.losses, worker.gone).then((yes) => send(worker, { type: "confirmed", yes }));
    } else if (message.type === "ready" && loading === worker) {
      loading = undefined;
      turn = turn.then(() => takeOver(worker));
    } else if (message.type === "failed") {
      worker.diagnostics = message.diagnostics;
    } else if (message.type === "advised") {
      given.add(message.key);
    }
  };
  const bury = (worker: Worker): void => {
    if (loading === worker) {
      loading = undefined;
      if (serving) send(serving, { type: "outdated" });
      else port.refuse(worker.diagnostics);
      say(
        paint("dim", serving ? "The previous version goes on serving." : `Nothing is served yet. ${again}`),
      );
    } else if (serving === worker && !stopped) {
      serving = undefined;
      const ended = `The server ended (${endOf(worker.child)}).`;
      if (!loading) port.refuse([...worker.diagnostics, serverEnded(ended)]);
      say(paint("red", `${ended} ${again}`));
    }
  };
  return {
    replace: () => {
      const outdated = loading;
      loading = undefined;
      outdated?.child.kill("SIGKILL");
      if (!serving) port.hold();
      loading = startWorker({ ...task, first: serving === undefined, given: [...given] }, hear, bury);
    },
    stop: async () => {
      stopped = true;
      loading?.child.kill("SIGKILL");
      loading = undefined;
      await turn;
      if (serving) await end(serving);
    },
  };
}

const serverEnded = (what: string): Diagnostic => ({
  code: "server-ended",
  severity: "error",
  where: "keelson dev",
  what,
  instead: "See the terminal for the reason; saving a file starts it again.",
});
const again = "Saving a file tries again.";
const elapsed = (worker: Worker): number => Math.round(systemClock.monotonicMs() - worker.startedMs);
const endOf = (child: ChildProcess): string => child.signalCode ?? `exit code ${child.exitCode}`;

function startWorker(
  task: DevTask,
  hear: (worker: Worker, message: WorkerMessage) => void,
  bury: (worker: Worker) => void,
): Worker {
  const ending = import.meta.url.slice(-3);
  const child = fork(new URL(`./dev-worker${ending}`, import.meta.url), [], {
    // In a checkout what imports Keelson means its source, as it does for us.
    execArgv: ending === ".ts" ? [...process.execArgv, "--conditions=keelson-source"] : process.execArgv,
    // The worker loads the same files again and again: let it find them compiled.
    env: { ...process.env, ...compileCache(), KEELSON_DEV_WORKER: JSON.stringify(task) },
    // Ctrl-C reaches the process that watches; it stops the workers in order.
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const gone = new AbortController();
  const worker: Worker = {
    child,
    startedMs: systemClock.monotonicMs(),
    gone: gone.signal,
    diagnostics: [],
  };
  child.on("message", (message) => hear(worker, message as WorkerMessage));
  child.on("exit", () => {
    gone.abort();
    bury(worker);
  });
  return worker;
}

function send({ child, gone }: Worker, message: WatcherMessage): void {
  // It may end at any moment; then nobody misses the message.
  if (!gone.aborted && child.connected) child.send(message, () => {});
}

function heardOrGone<T extends WorkerMessage["type"]>(
  { child, gone }: Worker,
  type: T,
): Promise<(WorkerMessage & { readonly type: T }) | undefined> {
  return new Promise((resolve) => {
    gone.addEventListener("abort", () => resolve(undefined));
    child.on("message", (message) => {
      if ((message as WorkerMessage).type === type) resolve(message as WorkerMessage & { readonly type: T });
    });
  });
}

function compileCache(): { readonly NODE_COMPILE_CACHE?: string } {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

/** Asks a worker to stop and waits until it is gone, by force if need be. */
function end({ child, gone }: Worker): Promise<void> {
  if (gone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), stopLimitMs);
    gone.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
