import { type Clock, systemClock } from "../base/clock.ts";
import type { Database } from "../data/database.ts";
import type { Observe } from "../observe/observation.ts";
import type { Admission } from "../operation/admission.ts";
import { newPressure, type Pressure, utilizationReader } from "../operation/pressure.ts";
import type { Config } from "./config.ts";

export interface PressureSources {
  readonly admission: Admission;
  readonly observe: Observe;
  readonly clock?: Clock | undefined;
}

/** Watches this process's event loop, pool and calls. Undefined where it is switched off. */
export function openPressure(
  { shedding }: Pick<Config, "shedding">,
  { pool }: Pick<Database, "pool">,
  { admission, observe, clock = systemClock }: PressureSources,
): Pressure | undefined {
  if (!shedding) return undefined;
  const readUtilization = utilizationReader();
  return newPressure({
    clock,
    observe,
    inProgress: () => admission.inProgress,
    read: () => ({
      utilization: readUtilization(),
      waiting: pool.waitingCount,
      ended: admission.ended,
    }),
  });
}
