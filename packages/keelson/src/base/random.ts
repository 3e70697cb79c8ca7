import { randomInt } from "node:crypto";

/** A random whole number below `limit`. Randomness has one home, so that a simulation can replace it. */
export const randomBelow = (limit: number): number => randomInt(Math.max(1, Math.floor(limit)));
