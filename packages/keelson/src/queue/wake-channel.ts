import { createHash } from "node:crypto";
import pg from "pg";
import { withoutOwnParameters } from "../data/inspect-server.ts";
import { jobSchema } from "../data/migrate/job-schema.ts";

/** Where pg-boss says, at the commit, in which queue there is something new. */
export const wakeChannel = `pgboss_${createHash("sha224").update(jobSchema).digest("hex").slice(0, 24)}`;

/** Where it is said that a running job has been cancelled. */
export const cancelChannel = "keelson_job_cancelled";

export interface WakeListener {
  /** There may be something in the queue of this name. */
  readonly wake: (queue: string) => void;
  /** A job was cancelled. */
  readonly cancelled: (id: string) => void;
  /** What was said meanwhile was not heard. */
  readonly missed: () => void;
}

/** A connection that hears of new jobs. Without it they are found by looking, about once a second. */
export interface WakeConnection {
  close(): void;
}

const retryMs = 250;
const maxRetryMs = 5_000;

/**
 *     connecting → listening ──error, end──→ waiting → connecting …
 *          └────────────────close──────────────→ closed
 */
export function listenForJobs(url: string, applicationName: string, listener: WakeListener): WakeConnection {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;
  const lose = (lost: pg.Client): void => {
    if (client !== lost) return;
    client = undefined;
    // Its end is not waited for: the network may have swallowed it.
    lost.end().catch(() => {});
    if (closed) return;
    timer = setTimeout(() => void connect(), Math.min(retryMs * 2 ** failures, maxRetryMs)).unref();
    failures += 1;
  };
  const connect = async (): Promise<void> => {
    const own = new pg.Client({
      connectionString: withoutOwnParameters(url),
      application_name: applicationName,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client = own;
    own.on("error", () => lose(own));
    own.on("end", () => lose(own));
    own.on("notification", ({ channel, payload = "" }) =>
      channel === wakeChannel ? listener.wake(payload) : listener.cancelled(payload),
    );
    try {
      await own.connect();
      await own.query(`listen ${wakeChannel}; listen ${cancelChannel}`);
      failures = 0;
      listener.missed();
    } catch {
      lose(own);
    }
    if (closed) lose(own);
  };
  void connect();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      if (client) lose(client);
    },
  };
}
