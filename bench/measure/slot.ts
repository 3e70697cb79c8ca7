import type { BurstResult } from "../load/exchange.ts";
import { usageOfTree } from "./process-usage.ts";

/** What one contestant did in one turn. */
export interface Slot {
  readonly requestsPerSecond: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** CPU of the server process and its workers, per request. */
  readonly serverCpuUs: number | undefined;
  /** CPU of PostgreSQL's processes, per request. */
  readonly databaseCpuUs: number | undefined;
  /** CPU of the load generator, per request: it shares the cores. */
  readonly clientCpuUs: number | undefined;
  readonly rssMb: number | undefined;
}

/** Runs a burst and reads off what the server's and the database's processes spent on it. */
export async function measureSlot(
  pids: { readonly server?: number; readonly database: number | undefined },
  run: () => Promise<
    Pick<BurstResult, "requests" | "seconds"> & Partial<Omit<BurstResult, "requests" | "seconds">>
  >,
): Promise<Slot> {
  const usage = (pid: number | undefined) => (pid === undefined ? undefined : usageOfTree(pid));
  const server = usage(pids.server);
  const database = usage(pids.database);
  const result = await run();
  const serverAfter = usage(pids.server);
  const databaseAfter = usage(pids.database);
  const spent = (before: typeof server, after: typeof server): number | undefined =>
    before && after ? (after.cpuUs - before.cpuUs) / Math.max(1, result.requests) : undefined;
  return {
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    serverCpuUs: spent(server, serverAfter),
    databaseCpuUs: spent(database, databaseAfter),
    clientCpuUs: result.clientCpuUs,
    rssMb: serverAfter && serverAfter.rssBytes / 2 ** 20,
  };
}
