import type { Clock } from "../base/clock.ts";
import { randomBelow } from "../base/random.ts";
import type { CacheFigures } from "../observe/observation.ts";
import type { ChangeChannel, OpenChannel } from "./change-channel.ts";
import { EntryStore } from "./entry-store.ts";
import { Flight } from "./flight.ts";
import type { Loaded, Recalled, RecallRequest, RecallStatus } from "./recall.ts";
import type { SharedLevel } from "./shared-level.ts";
import { TableChanges, type Tables } from "./table-changes.ts";

export interface AnswerCacheOptions<V> {
  readonly clock: Pick<Clock, "now">;
  /** How much memory answers may take. @defaultValue 64 MiB */
  readonly maxBytes?: number;
  /** How much a value takes. */
  readonly bytesOf: (value: V) => number;
  /** How other processes are told. Without it this process counts as the only one. */
  readonly openChannel?: OpenChannel;
  /** The memory that processes share. */
  readonly shared?: SharedLevel<V>;
}

/** Answers that depend on the time of day, and answers while changes of other processes are not heard, in ms. */
const maxTimedMs = 5_000;
const maxUnheardMs = 1_000;
/** What a key, an entry and its place cost besides their texts. */
const entryBytes = 400;

interface Entry<V> {
  readonly value: V;
  readonly tables: Tables;
  /** The count of changes before it was made. */
  readonly since: number;
  readonly madeMs: number;
  /** The lifetime with its jitter. */
  readonly freshMs: number;
  readonly lifetimeMs: number;
  readonly staleMs: number;
  readonly bytes: number;
}

interface Made<V> {
  readonly entry: Entry<V>;
  readonly stored: boolean;
  readonly shared: boolean;
}

interface Making<V> {
  readonly flight: Flight<Made<V>>;
  readonly since: number;
  readonly tables: Tables;
}

/**
 * Gives answers again. An entry's way:
 *
 *     made → fresh ──ttl──→ stale ──staleWhileRevalidate──→ gone
 *               └──a table it was made from changes──┴──→ gone
 *
 * Changes are not looked for among the entries: every entry knows what it was made from and since when, and is judged
 * when it is asked for. So it does not matter how many entries there are, nor that some were still being made.
 */
export class AnswerCache<V> {
  readonly #options: AnswerCacheOptions<V>;
  readonly #entries: EntryStore<Entry<V>>;
  readonly #makings = new Map<string, Making<V>>();
  readonly #changes = new TableChanges();
  readonly #channel: ChangeChannel | undefined;
  readonly #counts = { hit: 0, stale: 0, miss: 0, collapsed: 0, request: 0, shared: 0 };
  /** False while changes of other processes may be missed. */
  #hearing: boolean;
  #wasHearing = false;

  constructor(options: AnswerCacheOptions<V>) {
    this.#options = options;
    this.#entries = new EntryStore(options.maxBytes ?? 64 * 1_048_576);
    this.#hearing = options.openChannel === undefined;
    this.#channel = options.openChannel?.({
      changed: (tables) => this.#changes.note(tables),
      connected: () => {
        if (this.#wasHearing) this.#changes.note("all");
        this.#wasHearing = true;
        this.#hearing = true;
      },
      lost: () => {
        this.#hearing = false;
      },
    });
  }

  /** Answers from memory, or has the answer made once for all who ask for it at the same time. */
  recall(request: RecallRequest<V>): Recalled<V> | Promise<Recalled<V>> {
    const { key, maxAgeMs = Number.POSITIVE_INFINITY } = request;
    const entry = this.#living(key);
    if (entry && maxAgeMs > 0) {
      const ageMs = this.#options.clock.now() - entry.madeMs;
      if (ageMs <= maxAgeMs && ageMs <= entry.freshMs) return this.#told(entry, "hit", ageMs);
      if (ageMs <= maxAgeMs && ageMs <= entry.freshMs + entry.staleMs) {
        if (!this.#joinable(request)) this.#make({ ...request, signal: undefined });
        return this.#told(entry, "stale", ageMs);
      }
    }
    return this.#recallLater(request, maxAgeMs === 0 || entry !== undefined);
  }

  /** To be called after the commit and before anybody hears of it: what was made from these is not given again. */
  changed(tables: Tables): void {
    if (tables.length === 0) return;
    this.#changes.note(tables);
    this.#channel?.announce(tables);
  }

  get figures(): CacheFigures {
    const { hit, stale, miss, collapsed, request, shared } = this.#counts;
    const all = hit + stale + miss + collapsed + request;
    return {
      hits: hit,
      stale,
      misses: miss,
      collapsed,
      requests: request,
      sharedHits: shared,
      entries: this.#entries.size,
      bytes: this.#entries.bytes,
      hitRatio: all === 0 ? 0 : (hit + stale + collapsed) / all,
    };
  }

  /** Ends the channel, once nothing is being made any more. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#makings.values()].map(({ flight }) => flight.promise));
    await this.#channel?.close();
  }

  /** The entry, unless what it was made from has changed, or may have. */
  #living(key: string): Entry<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const ageMs = this.#options.clock.now() - entry.madeMs;
    // The clock may have been set back, and then nobody knows.
    const isKnown = ageMs >= 0 && (this.#hearing || ageMs <= maxUnheardMs);
    const isOver = ageMs > entry.freshMs + entry.staleMs;
    if (isKnown && !isOver && this.#changes.noneSince(entry.tables, entry.since)) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  async #recallLater(request: RecallRequest<V>, refused: boolean): Promise<Recalled<V>> {
    const wantsNew = request.maxAgeMs === 0;
    const joined = wantsNew ? undefined : this.#joinable(request);
    const { flight } = joined ?? this.#make(request);
    const { entry, stored, shared } = await flight.wait(request.signal);
    const ageMs = Math.max(0, this.#options.clock.now() - entry.madeMs);
    if (shared) return this.#told(entry, joined ? "collapsed" : "hit", ageMs, { stored, shared });
    const status = joined ? "collapsed" : refused ? "request" : "miss";
    return this.#told(entry, status, joined ? ageMs : 0, { stored, shared });
  }

  /** The same answer being made, if it is going to show every change there has been. */
  #joinable({ key }: RecallRequest<V>): Making<V> | undefined {
    const making = this.#makings.get(key);
    if (making === undefined || making.flight.abandoned) return undefined;
    return this.#changes.noneSince(making.tables, making.since) ? making : undefined;
  }

  #make(request: RecallRequest<V>): Making<V> {
    const { key, tables = "all" } = request;
    const since = this.#changes.count;
    const flight = new Flight((signal) =>
      this.#fill(request, since, signal).finally(() => {
        if (this.#makings.get(key) === making) this.#makings.delete(key);
      }),
    );
    const making: Making<V> = { flight, since, tables };
    this.#makings.set(key, making);
    return making;
  }

  async #fill(request: RecallRequest<V>, since: number, signal: AbortSignal): Promise<Made<V>> {
    const { key, tables, store = true, maxAgeMs } = request;
    const { shared, clock } = this.#options;
    const found = await shared?.find(key, tables);
    const answer = found?.answer;
    if (answer && maxAgeMs === undefined) {
      const lifetimeMs = lifetimeOf(request, answer);
      if (answer.ageMs < lifetimeMs) {
        const entry = this.#entryOf(request, answer, since, clock.now() - answer.ageMs);
        return { entry, stored: this.#keep(key, entry), shared: true };
      }
    }
    const madeMs = clock.now();
    const loaded = await request.load(signal);
    const entry = this.#entryOf(request, loaded, since, madeMs);
    const stored = store && this.#keep(key, entry);
    if (stored && found) shared?.store(key, loaded, found.marks, entry.lifetimeMs);
    return { entry, stored, shared: false };
  }

  #keep(key: string, entry: Entry<V>): boolean {
    return this.#changes.noneSince(entry.tables, entry.since) && this.#entries.set(key, entry);
  }

  #entryOf(request: RecallRequest<V>, loaded: Loaded<V>, since: number, madeMs: number): Entry<V> {
    const lifetimeMs = lifetimeOf(request, loaded);
    return {
      value: loaded.value,
      tables: loaded.tables,
      since,
      madeMs,
      lifetimeMs,
      // What was made together shall not have to be made again together.
      freshMs: lifetimeMs - randomBelow(lifetimeMs / 10),
      staleMs: loaded.timed ? 0 : request.staleMs,
      bytes: this.#options.bytesOf(loaded.value) + 2 * request.key.length + entryBytes,
    };
  }

  #told(
    { value, lifetimeMs, staleMs }: Entry<V>,
    status: RecallStatus,
    ageMs: number,
    { stored, shared }: { readonly stored: boolean; readonly shared: boolean } = keptHere,
  ): Recalled<V> {
    this.#counts[status] += 1;
    if (shared) this.#counts.shared += 1;
    return { value, status, shared, ageMs, lifetimeMs, staleMs, stored };
  }
}

const keptHere = { stored: true, shared: false };

const lifetimeOf = ({ ttlMs }: { readonly ttlMs: number }, { timed }: { readonly timed: boolean }): number =>
  timed ? Math.min(ttlMs, maxTimedMs) : ttlMs;
