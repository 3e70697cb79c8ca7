import { hash, randomUUID } from "node:crypto";
import type { Observe } from "../observe/observation.ts";
import {
  type ChangeChannel,
  type ChannelListener,
  type OpenChannel,
  PendingChanges,
  parseChange,
  printChange,
} from "./change-channel.ts";
import type { RedisConnection } from "./redis-connection.ts";
import type { SharedAnswer, SharedLevel, TableMarks } from "./shared-level.ts";
import type { Tables } from "./table-changes.ts";

export interface RedisCacheOptions {
  /** Without an offline queue, with a short timeout for commands. */
  readonly commands: RedisConnection;
  /** A connection of its own, for subscribing. */
  readonly subscriptions: RedisConnection;
  /** Of the model: what other models keep is not understood. */
  readonly fingerprint: string;
  readonly observe: Observe;
}

/** The mark that stands for all tables. */
const everything = "*";
const heartbeatMs = 1_000;
/** Longer than Redis takes, shorter than a statement may: it is asked while a caller waits. */
const readMs = 100;
const markMs = 1_000;
/** After a failure Redis is left alone for so long. */
const restMs = 1_000;

/**
 * Answers that processes share, and the channel over which they tell each other what they have changed.
 *
 * Every table has a mark, a random text that each change replaces. An answer is kept with the marks that were read
 * before it was made, and is good while they are the same. Marks are random rather than counted, so that a Redis that
 * lost or evicted them cannot come to the same mark again; without the mark of everything nothing is good.
 *
 * While Redis cannot be reached nothing is waited for: answers come from the process's own memory. Changes that could
 * not be marked are marked before anything is read again.
 */
export class RedisCache<V> implements SharedLevel<V>, ChangeChannel {
  readonly #options: RedisCacheOptions;
  readonly #own = randomUUID();
  readonly #pending = new PendingChanges();
  readonly #prefix: string;
  readonly #marks: string;
  readonly #topic: string;
  #listener: ChannelListener | undefined;
  #subscribed = false;
  #restUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RedisCacheOptions) {
    this.#options = options;
    this.#prefix = `keelson:cache:${options.fingerprint}`;
    this.#marks = `${this.#prefix}:marks`;
    this.#topic = `${this.#prefix}:changes`;
    const { commands, subscriptions } = options;
    commands.on("error", () => {});
    commands.on("ready", () => this.#markPending());
    subscriptions.on("error", () => {});
    subscriptions.on("ready", () => void this.#subscribe());
    subscriptions.on("close", () => this.#lose("the connection closed"));
    subscriptions.on("message", (_topic, message) => {
      const { from, tables } = parseChange(message);
      if (from !== this.#own) this.#listener?.changed(tables);
    });
    if (subscriptions.status === "ready") void this.#subscribe();
  }

  /** For the cache that this belongs to. */
  readonly open: OpenChannel = (listener) => {
    this.#listener = listener;
    if (this.#subscribed) listener.connected();
    return this;
  };

  async find(key: string, tables: readonly string[] | undefined): ReturnType<SharedLevel<V>["find"]> {
    if (!this.#isUsable()) return undefined;
    const { commands } = this.#options;
    const name = this.#nameOf(key);
    try {
      const [text, remainingMs, marks] = await within(
        readMs,
        Promise.all([commands.get(name), commands.pttl(name), this.#readMarks(tables)]),
      );
      const answer = text === null ? undefined : readAnswer<V>(text, marks, remainingMs);
      return { answer, marks };
    } catch {
      this.#rest();
      return undefined;
    }
  }

  store(key: string, answer: Omit<SharedAnswer<V>, "ageMs">, marks: TableMarks, lifetimeMs: number): void {
    if (!this.#isUsable()) return;
    const { value, tables, timed } = answer;
    const own = tables === "all" ? marks : pick(marks, [everything, ...tables]);
    const text = JSON.stringify({ tables, timed, marks: own, lifetimeMs, value });
    this.#options.commands.set(this.#nameOf(key), text, "PX", lifetimeMs).catch(() => this.#rest());
  }

  announce(tables: Tables): void {
    this.#pending.add(tables);
    this.#markPending();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    // Commands are sent in order, so with this answer those before it have been carried out.
    if (this.#options.commands.status === "ready")
      await within(markMs, this.#options.commands.ping()).catch(() => {});
    this.#options.commands.disconnect();
    this.#options.subscriptions.disconnect();
  }

  #isUsable(): boolean {
    return (
      this.#options.commands.status === "ready" &&
      !this.#pending.any &&
      performance.now() >= this.#restUntilMs
    );
  }

  #rest(): void {
    this.#restUntilMs = performance.now() + restMs;
  }

  #nameOf(key: string): string {
    return `${this.#prefix}:${hash("sha256", key, "base64url")}`;
  }

  async #readMarks(tables: readonly string[] | undefined): Promise<TableMarks> {
    const { commands } = this.#options;
    const fields = tables && [everything, ...tables];
    const read = async (): Promise<TableMarks> => {
      if (fields === undefined) return commands.hgetall(this.#marks);
      const values = await commands.hmget(this.#marks, ...fields);
      return Object.fromEntries(fields.map((field, at) => [field, values[at] ?? ""]));
    };
    const marks = await read();
    if (marks[everything]) return marks;
    await commands.hsetnx(this.#marks, everything, randomUUID());
    return read();
  }

  /** New marks, and word to the others; sent on one connection, so that what is read after it sees them. */
  #markPending(): void {
    const { commands } = this.#options;
    if (commands.status !== "ready" || !this.#pending.any) return;
    const tables = this.#pending.take();
    const mark = randomUUID();
    const named = tables === "all" ? [everything] : tables;
    within(
      markMs,
      Promise.all([
        commands.hset(this.#marks, Object.fromEntries(named.map((table) => [table, mark]))),
        commands.publish(this.#topic, printChange(this.#own, tables)),
      ]),
    ).catch((error: unknown) => {
      this.#pending.add(tables);
      this.#rest();
      // Once it is connected again, what is pending is marked first.
      if (error === tookTooLong) commands.disconnect(true);
      else this.#retry();
    });
  }

  #retry(): void {
    if (this.#closed) return;
    setTimeout(() => this.#markPending(), restMs).unref();
  }

  async #subscribe(): Promise<void> {
    const { subscriptions } = this.#options;
    try {
      await subscriptions.subscribe(this.#topic);
    } catch {
      return;
    }
    if (this.#subscribed || this.#closed) return;
    this.#subscribed = true;
    this.#listener?.connected();
    this.#options.observe({ type: "cache.connected", over: "redis" });
    this.#beat();
  }

  /** A network that swallows packets shows only when something is asked. */
  #beat(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      within(markMs, this.#options.subscriptions.ping()).then(
        () => this.#subscribed && !this.#closed && this.#beat(),
        (error: Error) => {
          this.#lose(error.message);
          this.#options.subscriptions.disconnect(true);
        },
      );
    }, heartbeatMs);
    this.#timer.unref();
  }

  #lose(reason: string): void {
    clearTimeout(this.#timer);
    if (!this.#subscribed) return;
    this.#subscribed = false;
    if (this.#closed) return;
    this.#listener?.lost(reason);
    this.#options.observe({ type: "cache.disconnected", over: "redis", reason });
  }
}

const pick = (marks: TableMarks, fields: readonly string[]): TableMarks =>
  Object.fromEntries(fields.map((field) => [field, marks[field] ?? ""]));

/** An answer whose marks are still the same. */
function readAnswer<V>(text: string, marks: TableMarks, remainingMs: number): SharedAnswer<V> | undefined {
  const kept = JSON.parse(text) as {
    readonly value: V;
    readonly tables: Tables;
    readonly timed: boolean;
    readonly marks: TableMarks;
    readonly lifetimeMs: number;
  };
  if (!marks[everything] || remainingMs <= 0) return undefined;
  const fields =
    kept.tables === "all"
      ? new Set([...Object.keys(marks), ...Object.keys(kept.marks)])
      : [everything, ...kept.tables];
  for (const field of fields) if ((marks[field] ?? "") !== (kept.marks[field] ?? "")) return undefined;
  const { value, tables, timed, lifetimeMs } = kept;
  return { value, tables, timed, ageMs: Math.max(0, lifetimeMs - remainingMs) };
}

const tookTooLong = new Error("Redis did not answer in time");

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tookTooLong), ms);
  });
  return Promise.race([work, over]).finally(() => clearTimeout(timer));
}
