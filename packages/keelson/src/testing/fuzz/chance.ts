/** Choices that follow from a seed: the same seed makes the same ones, in the same order. */
export interface Chance {
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  /** True that often, from 0 to 1. */
  of(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: 32 bits of state, which is plenty for choosing tests. */
export function newChance(seed: number): Chance {
  let state = (seed * 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    of: (probability) => next() < probability,
    pick: (from) => {
      if (from.length === 0) throw new RangeError("there is nothing to pick from");
      return from[below(from.length)] as never;
    },
  };
}
