/** One fault inside a request. */
export interface Fault {
  /** JSON Pointer into the body, in URI-fragment form: `#/lines/0/quantity`. */
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  /** A short word: `required`, `type`, `min`, `unknown` … */
  readonly code: string;
  readonly detail: string;
}

/** Everything that a call fails with, except for being aborted. `code` says which failure it is. */
export abstract class CallError extends Error {
  abstract readonly code: string;
  /** Which operation was called: `order.pay`. */
  readonly operation: string;

  constructor(operation: string, message: string, cause?: unknown) {
    super(`${operation}: ${message}`, cause === undefined ? undefined : { cause });
    this.operation = operation;
  }
}

/** What a problem answer (RFC 9457) of a Keelson API says. */
export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
  readonly requestId?: string;
  readonly [member: string]: unknown;
}

/** The API refused the call, and says why. */
export class ApiError<Code extends string = string> extends CallError {
  override readonly name = "ApiError";
  /** Stable: what programs decide by. */
  readonly code: Code;
  readonly status: number;
  /** The same for every occurrence. */
  readonly title: string;
  /** About this occurrence, for people. */
  readonly detail: string | undefined;
  /** What is wrong, part by part. */
  readonly errors: readonly Fault[];
  /** Members that a command's own error adds. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Quote it when you report the problem. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait before another try, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(operation: string, problem: Problem, retryAfterMs?: number) {
    const { code, status, title, detail, errors, requestId, type: _type, ...members } = problem;
    super(operation, sentenceOf(problem));
    this.code = code as Code;
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors ?? [];
    this.members = members;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer came, or it broke off. Whether the call had an effect is not known. */
export class NetworkError extends CallError {
  override readonly name = "NetworkError";
  readonly code = "network_failed";
}

/** No answer came in time. Whether the call had an effect is not known. */
export class TimeoutError extends CallError {
  override readonly name = "TimeoutError";
  readonly code = "timed_out";
}

/** What answered was not the API: something between, or another address. */
export class UnexpectedAnswerError extends CallError {
  override readonly name = "UnexpectedAnswerError";
  readonly code = "unexpected_answer";
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(operation: string, message: string, status: number, retryAfterMs?: number) {
    super(operation, message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

function sentenceOf({ title, detail, code, errors = [] }: Problem): string {
  const faults = errors.map((fault) => {
    const place = fault.pointer ?? fault.parameter ?? fault.header;
    return place === undefined ? fault.detail : `${place} ${fault.detail}`;
  });
  return `${detail ?? title} (${code})${faults.length > 0 ? `: ${faults.join(" ")}` : ""}`;
}
