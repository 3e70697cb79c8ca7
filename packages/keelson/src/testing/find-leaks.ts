import type pg from "pg";
import type { TestDatabase } from "./database/test-database.ts";
import type { LeakWatch } from "./leak-watch.ts";

/** What is not over although the test is, one line each. */
export async function findLeaks(options: {
  readonly watch: LeakWatch;
  readonly database: TestDatabase;
  /** The back end's connections. */
  readonly pool: pg.Pool;
  /** The test's own. */
  readonly testPool: pg.Pool;
  readonly settleMs: number;
}): Promise<readonly string[]> {
  const { watch, database, pool, testPool } = options;
  await watch.settle(options.settleMs);
  const leaks = watch
    .running()
    .map((operation) => `${operation} is still running: await the call, and let its handler end.`);
  const held = takenFrom(pool);
  if (held > 0) {
    const open = await database.openStatements();
    const by = leaks.length > 0 ? "" : " although no call is running";
    leaks.push(
      `${counted(held, "connection")} of the back end ${held === 1 ? "is" : "are"} still in use${by}${open.length > 0 ? ` (${open.join("; ")})` : ""}.`,
    );
  }
  const looking = takenFrom(testPool);
  if (looking > 0)
    leaks.push(
      `${counted(looking, "connection")} of t.db ${looking === 1 ? "is" : "are"} still in use: end the transaction, and await the query.`,
    );
  for (const { operation, reason } of watch.rejections)
    leaks.push(
      `${operation} has left a promise that was rejected: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`,
    );
  return leaks;
}

const takenFrom = (pool: pg.Pool): number => pool.totalCount - pool.idleCount;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
