import { type ErrorCode, errorCatalogue, KeelsonError } from "./error.ts";

/** Why a call of an integration did not succeed. */
export type IntegrationFault =
  /** One of the operation's declared errors; `error` names it. */
  | "declared"
  /** A status that no error is declared for. */
  | "status"
  /** An answer that is not what was declared. */
  | "wrongAnswer"
  | "tooLarge"
  /** No connection. */
  | "unreachable"
  /** The connection was lost. */
  | "broken"
  | "timeout"
  /** Not tried: most of the calls before failed. */
  | "breakerOpen"
  /** Not tried: too many calls are under way. */
  | "bulkheadFull";

/** What is known about a call that did not succeed. */
export interface IntegrationFailure {
  readonly integration: string;
  readonly operation: string;
  readonly fault: IntegrationFault;
  readonly error?: string;
  readonly status?: number;
  /** How often it was tried. */
  readonly attempts: number;
  readonly retryAfterSeconds?: number;
  /** What happened, for logs: never what was sent or answered. */
  readonly message: string;
  readonly body?: unknown;
}

/**
 * What a call of an integration throws. For callers of the API it is `upstream_failed` (502), `upstream_unavailable`
 * (503) or `upstream_timeout` (504), and says nothing about the other service.
 */
export class IntegrationError extends KeelsonError {
  readonly integration: string;
  readonly operation: string;
  readonly fault: IntegrationFault;
  /** The declared error that it was. */
  readonly error: string | undefined;
  /** Of the answer, where there was one. */
  readonly upstreamStatus: number | undefined;
  readonly attempts: number;
  /** Kept out of what loggers and printers see. */
  readonly #body: unknown;

  constructor(code: ErrorCode, failure: IntegrationFailure, cause?: unknown) {
    const { integration, operation, retryAfterSeconds: after } = failure;
    super(code, errorCatalogue[code], {
      ...(after === undefined ? {} : { headers: { "retry-after": String(after) } }),
      cause: new Error(
        `${integration}.${operation}: ${failure.message}`,
        cause === undefined ? {} : { cause },
      ),
    });
    this.name = "IntegrationError";
    this.integration = integration;
    this.operation = operation;
    this.fault = failure.fault;
    this.error = failure.error;
    this.upstreamStatus = failure.status;
    this.attempts = failure.attempts;
    this.#body = failure.body;
  }

  /** What was answered: JSON, or text. Not checked; undefined where nothing was. */
  get body(): unknown {
    return this.#body;
  }
}
