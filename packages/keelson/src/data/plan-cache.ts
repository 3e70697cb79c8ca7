import type { Planned } from "./plan/plan-read.ts";
import type { Plan } from "./plan/sql.ts";

/**
 * Compiled plans by shape, least recently used ones dropped. A client can invent shapes without end (every
 * set of `fields` is one), so the number is bounded, and a shape is prepared on the server only when it has
 * come more than once.
 */
export interface PlanCache {
  /** The plan of a call; `prepare` says whether to prepare it by name. */
  find(planned: Planned): { readonly plan: Plan; readonly prepare: boolean };
  /** The plan of a call that may not have to be run; does not count as a use. */
  look(planned: Planned): Plan;
  readonly size: number;
}

/** @param limit - how many plans to keep */
export function newPlanCache(limit = 500): PlanCache {
  const plans = new Map<string, { readonly plan: Plan; seen: number }>();
  const add = (planned: Planned, seen: number): Plan => {
    const plan = planned.build();
    if (plans.size >= limit) {
      const oldest = plans.keys().next();
      if (!oldest.done) plans.delete(oldest.value);
    }
    plans.set(planned.key, { plan, seen });
    return plan;
  };
  return {
    get size() {
      return plans.size;
    },
    find(planned) {
      const known = plans.get(planned.key);
      if (known) {
        const prepare = known.seen > 0;
        known.seen += 1;
        // Only a sample of hits moves to the end: cheaper, and just as good at keeping what is used.
        if (known.seen % 32 === 0) {
          plans.delete(planned.key);
          plans.set(planned.key, known);
        }
        return { plan: known.plan, prepare };
      }
      return { plan: add(planned, 1), prepare: false };
    },
    look: (planned) => plans.get(planned.key)?.plan ?? add(planned, 0),
  };
}
