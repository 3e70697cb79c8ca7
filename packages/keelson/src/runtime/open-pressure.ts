import { type Clock, systemClock } from "../base/clock.ts";
import type { Database } from "../data/database.ts";
import { loopDelayReader, newPressure, type Pressure } from "../operation/pressure.ts";
import type { Config } from "./config.ts";

/** Statements that may wait for each connection: some tens of milliseconds of work, where statements are short. */
const waitingPerConnection = 16;

/** Watches this process's event loop and pool. Undefined where it is switched off. */
export function openPressure(
  { shedding, poolSize }: Pick<Config, "shedding" | "poolSize">,
  { pool }: Pick<Database, "pool">,
  clock: Clock = systemClock,
): Pressure | undefined {
  if (!shedding) return undefined;
  const loop = loopDelayReader();
  return newPressure({
    clock,
    read: () => ({ loopDelayMs: loop.read(), waiting: pool.waitingCount }),
    maxWaiting: poolSize * waitingPerConnection,
    close: loop.close,
  });
}
