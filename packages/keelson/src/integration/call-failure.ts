import type { IntegrationFault } from "../base/integration-error.ts";

interface Details {
  readonly status?: number;
  readonly body?: unknown;
  readonly retryAfterMs?: number | undefined;
  /** It certainly did not arrive. */
  readonly unsent?: boolean;
  /** There was no time left for the whole call. */
  readonly final?: boolean;
  readonly cause?: unknown;
}

/** Statuses that say that the service is not well, or wants less. */
export const isDistress = (status: number): boolean => status >= 500 || status === 408 || status === 429;

const sendFaults = new Set<IntegrationFault>(["unreachable", "broken", "timeout"]);

/** Why a call, or one attempt of it, failed. */
export class CallFailure extends Error {
  readonly fault: IntegrationFault;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly unsent: boolean;
  readonly #final: boolean;
  readonly #body: unknown;

  constructor(fault: IntegrationFault, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = "CallFailure";
    this.fault = fault;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.unsent = details.unsent ?? false;
    this.#final = details.final ?? false;
    this.#body = details.body;
  }

  /** The time for the whole call is over. */
  static late(message: string): CallFailure {
    return new CallFailure("timeout", message, { final: true });
  }

  /** What was answered, kept out of what loggers print. */
  get body(): unknown {
    return this.#body;
  }

  /** Whether the breaker counts it. */
  get speaksAgainstService(): boolean {
    return sendFaults.has(this.fault) || (this.fault === "status" && isDistress(this.status ?? 0));
  }

  /** Whether trying again may help. */
  passes(statuses: ReadonlySet<number>): boolean {
    if (this.#final) return false;
    return sendFaults.has(this.fault) || (this.fault === "status" && statuses.has(this.status ?? 0));
  }
}
