import { setTimeout as pause } from "node:timers/promises";
import { type Database, openDatabase } from "../data/database.ts";
import { startEmbedded } from "../data/embedded/start-embedded.ts";
import type { Observe } from "../observe/observation.ts";
import type { Config } from "./config.ts";

/** The database of a back end: the one that `DATABASE_URL` names, or the embedded one. */
export interface OpenData {
  readonly database: Database;
  readonly url: string;
  readonly embedded: boolean;
  /** Waits for running statements, but not for ever: what a stop has given up must not hold it. */
  close(): Promise<void>;
}

const closeLimitMs = 5_000;

/** Starts the embedded PostgreSQL where none is configured, and opens the pool. */
export async function openData(config: Config, name: string, observe: Observe): Promise<OpenData> {
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbedded({ stateDir: config.stateDir, database: "app", observe })
      : undefined;
  const url = config.databaseUrl ?? embedded?.url ?? "";
  try {
    const database = await openDatabase({
      url,
      observe,
      applicationName: `keelson ${name}`,
      poolSize: config.poolSize,
      statementTimeoutMs: config.statementTimeoutMs,
      lockTimeoutMs: config.lockTimeoutMs,
    });
    return {
      database,
      url,
      embedded: embedded !== undefined,
      close: async () => {
        await Promise.race([database.close(), pause(closeLimitMs, undefined, { ref: false })]);
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}
