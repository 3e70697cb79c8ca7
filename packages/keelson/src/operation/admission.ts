import { failure } from "../base/error.ts";

/**
 * Counts the calls in progress. Open, it admits up to a limit; draining, which begins once the doors are shut, it
 * admits none and lets those in progress finish. Calls that handlers make are part of the call that is already in.
 */
export interface Admission {
  /** Admits a call or throws `overloaded`. */
  enter(): void;
  leave(): void;
  /** Refuses new calls from now on. */
  drain(): void;
  readonly inProgress: number;
  /** Calls that have been in and are not any more. */
  readonly ended: number;
}

/** @param limit - calls in progress at once; further ones are refused, since waiting would only make all slower */
export function newAdmission(limit = 1_000): Admission {
  let inProgress = 0;
  let ended = 0;
  let draining = false;
  return {
    enter() {
      if (draining)
        throw failure("overloaded", {
          detail: "The server is shutting down.",
          headers: { "retry-after": "5", connection: "close" },
        });
      if (inProgress >= limit)
        throw failure("overloaded", {
          detail: "Too many requests are in progress.",
          headers: { "retry-after": "1" },
        });
      inProgress += 1;
    },
    leave() {
      inProgress -= 1;
      ended += 1;
    },
    drain() {
      draining = true;
    },
    get inProgress() {
      return inProgress;
    },
    get ended() {
      return ended;
    },
  };
}
