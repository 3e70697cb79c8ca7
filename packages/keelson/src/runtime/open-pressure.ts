import { type Clock, systemClock } from "../base/clock.ts";
import type { Database } from "../data/database.ts";
import type { Observe } from "../observe/observation.ts";
import { loopDelayReader, newPressure, type Pressure } from "../operation/pressure.ts";
import type { Config } from "./config.ts";

/** Statements that may wait for each connection: some tens of milliseconds of work, where statements are short. */
const waitingPerConnection = 16;

interface PressureSources {
  readonly inProgress: () => number;
  readonly observe: Observe;
  readonly clock?: Clock | undefined;
}

/** Watches this process's event loop and pool. Undefined where it is switched off. */
export function openPressure(
  { shedding, poolSize }: Pick<Config, "shedding" | "poolSize">,
  { pool }: Pick<Database, "pool">,
  { inProgress, observe, clock = systemClock }: PressureSources,
): Pressure | undefined {
  if (!shedding) return undefined;
  const loop = loopDelayReader();
  return newPressure({
    clock,
    observe,
    read: () => ({ loopDelayMs: loop.read(), waiting: pool.waitingCount, inProgress: inProgress() }),
    maxWaiting: poolSize * waitingPerConnection,
    close: loop.close,
  });
}
