import { randomUUID } from "node:crypto";
import pg from "pg";
import { withoutOwnParameters } from "../data/inspect-server.ts";
import type { Observe } from "../observe/observation.ts";
import {
  type ChangeChannel,
  type ChannelListener,
  type OpenChannel,
  PendingChanges,
  parseChange,
  printChange,
} from "./change-channel.ts";
import type { Tables } from "./table-changes.ts";

export interface PostgresChannelOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly observe: Observe;
}

const channel = "keelson_changes";
const retryMs = 250;
const maxRetryMs = 5_000;
/** A connection that swallows what is sent is found out within this and `answerMs`. */
const heartbeatMs = 2_000;
const answerMs = 1_000;
/** Changes of so long go out as one message: others hear of them well within a second, for a few messages a second. */
const gatherMs = 20;

/** Changes over LISTEN and NOTIFY, on a connection of its own. */
export const postgresChannel =
  (options: PostgresChannelOptions): OpenChannel =>
  (listener) =>
    new PostgresChannel(options, listener);

/**
 *     connecting → listening ──error, no answer──→ waiting → connecting …
 *          └──────────────────────close────────────────────→ closed
 */
class PostgresChannel implements ChangeChannel {
  readonly #options: PostgresChannelOptions;
  readonly #listener: ChannelListener;
  readonly #own = randomUUID();
  readonly #pending = new PendingChanges();
  #client: pg.Client | undefined;
  #listening = false;
  #telling = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PostgresChannelOptions, listener: ChannelListener) {
    this.#options = options;
    this.#listener = listener;
    void this.#connect();
  }

  announce(tables: Tables): void {
    this.#pending.add(tables);
    this.#gather();
  }

  async close(): Promise<void> {
    await this.#tell();
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#gathering);
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: withoutOwnParameters(this.#options.url),
      application_name: this.#options.applicationName,
      connectionTimeoutMillis: 5_000,
      query_timeout: answerMs,
      keepAlive: true,
    });
    this.#client = client;
    client.on("error", (error) => this.#lose(client, error.message));
    client.on("end", () => this.#lose(client, "the connection ended"));
    client.on("notification", ({ payload = "" }) => {
      const { from, tables } = parseChange(payload);
      if (from !== this.#own) this.#listener.changed(tables);
    });
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
    } catch (error) {
      this.#lose(client, error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#closed) return void client.end().catch(() => {});
    this.#listening = true;
    this.#failures = 0;
    this.#listener.connected();
    this.#options.observe({ type: "cache.connected", over: "postgres" });
    this.#beat(client);
    void this.#tell();
  }

  /** Sends what has gathered, and gathers again what came meanwhile. */
  async #tell(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const client = this.#client;
    if (this.#telling || !this.#listening || !client || !this.#pending.any) return;
    this.#telling = true;
    const tables = this.#pending.take();
    try {
      await client.query("select pg_notify($1, $2)", [channel, printChange(this.#own, tables)]);
    } catch (error) {
      this.#pending.add(tables);
      this.#lose(client, error instanceof Error ? error.message : String(error));
    } finally {
      this.#telling = false;
    }
    if (this.#pending.any && !this.#closed) this.#gather();
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => void this.#tell(), gatherMs);
  }

  #beat(client: pg.Client): void {
    this.#timer = setTimeout(() => {
      client.query("select 1").then(
        () => this.#client === client && !this.#closed && this.#beat(client),
        (error: Error) => this.#lose(client, error.message),
      );
    }, heartbeatMs);
    this.#timer.unref();
  }

  #lose(client: pg.Client, reason: string): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearTimeout(this.#timer);
    // Its end is not waited for: the network may have swallowed it.
    client.end().catch(() => {});
    if (this.#closed) return;
    if (this.#listening) {
      this.#listening = false;
      this.#listener.lost(reason);
      this.#options.observe({ type: "cache.disconnected", over: "postgres", reason });
    }
    const delayMs = Math.min(retryMs * 2 ** this.#failures, maxRetryMs);
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.#connect(), delayMs);
    this.#timer.unref();
  }
}
