import { type Concurrency, type Entry, fullOf, type MemoryConcurrency } from "./concurrency.ts";
import { enterScript, leaveScript, renewScript } from "./place-scripts.ts";
import type { RedisLink } from "./redis-link.ts";
import { subjectKey } from "./subject-key.ts";

export interface SharedConcurrency extends Concurrency {
  close(): void;
}

export interface SharedConcurrencyOptions {
  readonly link: RedisLink;
  readonly prefix: string;
  readonly local: MemoryConcurrency;
  /** Unique among all processes. */
  readonly newId: () => string;
  /** After this long the places of a killed process are free. @defaultValue 15,000 ms */
  readonly leaseMs?: number;
}

type Run = (keys: number, ...rest: (string | number)[]) => Promise<number>;

/** Places whose leases are renewed by one script. */
const renewedAtOnce = 500;

/**
 * Calls in progress, counted in Redis for all processes while it answers, and for this one while it does not.
 *
 *     free ──enter──→ leased ──renewed every third of a lease──→ leased ──leave──→ free
 *                        └──the process is killed, the lease ends──→ free
 *
 * Every call is counted in memory too, so that local counts are right at once when Redis is lost. What entered meanwhile
 * comes to Redis with the next renewal; until then more may be in progress than allowed.
 */
export function newSharedConcurrency(options: SharedConcurrencyOptions): SharedConcurrency {
  const { link, prefix, local, newId, leaseMs = 15_000 } = options;
  const { redis } = link;
  redis.defineCommand("keelsonEnter", { lua: enterScript });
  redis.defineCommand("keelsonRenew", { lua: renewScript });
  redis.defineCommand("keelsonLeave", { lua: leaveScript });
  const scripts = redis as unknown as Readonly<Record<"keelsonEnter" | "keelsonRenew" | "keelsonLeave", Run>>;
  const held = new Map<string, readonly string[]>();

  const leave = (id: string, keys: readonly string[]): void => {
    held.delete(id);
    // Where it cannot be told, the lease ends.
    if (link.degraded === undefined) scripts.keelsonLeave(keys.length, ...keys, id).catch(() => {});
  };
  const renew = async (): Promise<void> => {
    const places = [...held].flatMap(([id, keys]) => keys.map((key) => [key, id] as const));
    for (let from = 0; from < places.length; from += renewedAtOnce) {
      const some = places.slice(from, from + renewedAtOnce).filter(([, id]) => held.has(id));
      const [keys, ids] = [some.map(([key]) => key), some.map(([, id]) => id)];
      await link.ask(() => scripts.keelsonRenew(keys.length, ...keys, leaseMs, ...ids));
    }
  };
  const renewal = setInterval(() => void renew(), leaseMs / 3).unref();

  return {
    enter(policies, subjects) {
      const own = local.enter(policies, subjects);
      if (own.full !== undefined) return own;
      const id = newId();
      const keys = policies.map((policy) => subjectKey(prefix, policy, subjects));
      const entry: Entry = {
        full: undefined,
        leave: () => {
          own.leave();
          leave(id, keys);
        },
      };
      const hold = (): Entry => {
        held.set(id, keys);
        return entry;
      };
      if (link.degraded !== undefined) return hold();
      const most = policies.map(({ concurrent }) => concurrent);
      return link
        .ask(() => scripts.keelsonEnter(keys.length, ...keys, id, leaseMs, ...most))
        .then((full) => {
          const policy = full === undefined ? undefined : policies[full - 1];
          if (policy === undefined) return hold();
          own.leave();
          return fullOf(policy);
        });
    },
    close: () => clearInterval(renewal),
  };
}
