import { setTimeout as sleep } from "node:timers/promises";
import type { RunningService } from "../service/running-service.ts";
import { median } from "../statistics.ts";
import { usageOfTree } from "./process-usage.ts";

/** How a service starts, and what it takes up when nobody asks for anything. */
export interface BootFigures {
  readonly name: string;
  /** From the start of the process to its first 200, the database already running. */
  readonly firstAnswerMs: number | undefined;
  /** Resident memory of the server process and its workers after two quiet seconds. */
  readonly idleRssMb: number | undefined;
}

const quietMs = 2000;

export async function measureBoot(
  name: string,
  start: () => Promise<RunningService>,
  rounds: number,
): Promise<BootFigures> {
  const boots: number[] = [];
  const idle: (number | undefined)[] = [];
  for (let round = 0; round < rounds; round++) {
    const running = await start();
    boots.push(running.bootMs);
    if (round === 0) {
      await sleep(quietMs);
      const usage = usageOfTree(running.pid);
      idle.push(usage && usage.rssBytes / 2 ** 20);
    }
    await running.stop();
  }
  return { name, firstAnswerMs: median(boots), idleRssMb: median(idle) };
}
