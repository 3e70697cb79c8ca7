import type { Redis } from "ioredis";
import type { RatePolicy } from "../model/limit-model.ts";
import type { Count } from "./count.ts";
import { allowedDecision, refusedDecision } from "./decide.ts";
import type { Decision, Subjects } from "./limiter.ts";
import { subjectKey } from "./subject-key.ts";
import { takeScript } from "./take-script.ts";

type Take = (keys: number, ...rest: (string | number)[]) => Promise<readonly (string | number)[]>;

/** Counts in Redis: exact for all processes that share it. Rejects when Redis does not answer. */
export type TakeShared = (
  policies: readonly RatePolicy[],
  subjects: Subjects,
  cost: number,
) => Promise<Decision>;

/** @param prefix - of every key; what has the same prefix is counted together */
export function redisCounts(redis: Redis, prefix: string): TakeShared {
  redis.defineCommand("keelsonTake", { lua: takeScript });
  const { keelsonTake } = redis as unknown as { readonly keelsonTake: Take };
  const run = keelsonTake.bind(redis);
  return async (policies, subjects, cost) => {
    const keys = policies.map((policy) => subjectKey(prefix, policy, subjects));
    const settings = policies.flatMap(({ kind, requests, windowMs }) => [
      kind === "rate" ? "r" : "q",
      requests,
      windowMs,
    ]);
    const [fits, ...parts] = await run(keys.length, ...keys, cost, ...settings);
    const counts = policies.map(
      (_policy, index): Count => ({ at: Number(parts[index * 2]), used: Number(parts[index * 2 + 1]) }),
    );
    // The times are relative, so that now is zero.
    return fits === 1 ? allowedDecision(policies, counts, 0) : refusedDecision(policies, counts, cost, 0);
  };
}
