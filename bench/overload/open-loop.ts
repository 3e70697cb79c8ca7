import { createHistogram } from "node:perf_hooks";
import { KeepAliveConnection } from "../load/keep-alive-connection.ts";

/** Requests that come when they come, whether earlier ones have been answered or not. */
export interface OpenLoad {
  readonly host: string;
  readonly port: number;
  readonly requests: readonly string[];
  /** Of arrivals. */
  readonly perSecond: number;
  readonly seconds: number;
  /** An answer that takes longer, its wait for a connection included, helps nobody. */
  readonly patienceMs: number;
}

export interface OpenLoadResult {
  readonly sent: number;
  /** Answered with 200 in time, per second. */
  readonly goodput: number;
  readonly late: number;
  readonly refused: number;
  readonly p99Ms: number;
}

/** More than any client population keeps open to one process. */
const maxConnections = 1_000;

/**
 * Sends at a fixed rate. A request takes an idle connection or opens one; where all are busy it waits, and its
 * time counts from when it should have been sent, so that a slow service cannot make its own load lighter.
 */
export async function sendOpenLoad(load: OpenLoad): Promise<OpenLoadResult> {
  const requests = load.requests.map((text) => Buffer.from(text, "utf8"));
  const total = Math.round(load.perSecond * load.seconds);
  const histogram = createHistogram();
  const figures = { answered: 0, good: 0, late: 0, refused: 0 };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const all: KeepAliveConnection[] = [];
  const idle: ((dueAt: number) => void)[] = [];
  const queue: number[] = [];
  let sent = 0;

  const open = (firstDueAt: number): void => {
    let dueAt = firstDueAt;
    const send = (nextDueAt: number): void => {
      dueAt = nextDueAt;
      connection.send(requests[sent++ % requests.length] as Buffer);
    };
    const connection = new KeepAliveConnection(load, {
      ready: () => send(firstDueAt),
      failure: reject,
      answer: (status) => {
        const tookMs = performance.now() - dueAt;
        figures.answered += 1;
        if (status === 503) figures.refused += 1;
        else if (tookMs > load.patienceMs) figures.late += 1;
        else figures.good += 1;
        if (status === 200) histogram.record(Math.max(1, Math.round(tookMs * 1_000)));
        if (figures.answered === total) return resolve();
        const waiting = queue.shift();
        if (waiting === undefined) idle.push(send);
        else send(waiting);
      },
    });
    all.push(connection);
  };
  const arrive = (dueAt: number): void => {
    const send = idle.pop();
    if (send) send(dueAt);
    else if (all.length < maxConnections) open(dueAt);
    else queue.push(dueAt);
  };

  const startedAt = performance.now();
  let arrived = 0;
  const tick = (): void => {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * load.perSecond));
    for (; arrived < due; arrived += 1) arrive(startedAt + (arrived / load.perSecond) * 1_000);
    if (arrived < total) setTimeout(tick, 1);
  };
  tick();
  await promise;
  for (const connection of all) connection.close();
  return {
    sent: total,
    goodput: figures.good / load.seconds,
    late: figures.late,
    refused: figures.refused,
    p99Ms: histogram.percentile(99) / 1_000,
  };
}
