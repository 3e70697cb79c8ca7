/** Something that the API did and should not have done. */
export interface FuzzFailure {
  /** The rule that was broken, e.g. `server error`, `schema`, `undescribed status`, `refused`. */
  readonly rule: string;
  readonly detail: string;
  /** The smallest request found that does it, as a command for a shell. */
  readonly request: string;
  /** What was done to a valid request. */
  readonly about: string;
  /** What the request was meant for, as the OpenAPI document names it. */
  readonly operation: string | undefined;
  /** How often it was seen. */
  readonly times: number;
  /** What the server says about it, where it was an error of its own. */
  readonly cause: string | undefined;
}

/** What a run has sent, and what came of it. */
export interface FuzzReport {
  readonly seed: number;
  readonly requests: number;
  /** Requests by kind: `valid`, `almost` (one thing wrong), `hostile`, `story` (several that belong together). */
  readonly byKind: Readonly<Record<string, number>>;
  /** Answers by status. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Operations of which no call has succeeded, by the ids of the OpenAPI document: their depths were not seen. */
  readonly neverSucceeded: readonly string[];
  readonly failures: readonly FuzzFailure[];
}

/** Thrown when the API did something that it should not; says what, with the seed and a request that shows it. */
export class FuzzError extends Error {
  readonly report: FuzzReport;

  constructor(report: FuzzReport) {
    const shown = report.failures.map(failureText).join("\n\n");
    super(
      `${report.failures.length} kinds of failures in ${report.requests} requests, seed ${report.seed}:\n\n${shown}`,
    );
    this.name = "FuzzError";
    this.report = report;
  }
}

/** A failure in a few lines. */
function failureText({ rule, detail, request, about, operation, times, cause }: FuzzFailure): string {
  const lines = [
    `${rule}${operation === undefined ? "" : ` (${operation})`}: ${detail}`,
    `  sent: ${about}; seen ${times === 1 ? "once" : `${times} times`}`,
    `  ${request.length > 4_000 ? `${request.slice(0, 4_000)}… (${request.length} characters)` : request}`,
  ];
  if (cause !== undefined)
    lines.push(
      ...cause
        .split("\n")
        .slice(0, 8)
        .map((line) => `    ${line}`),
    );
  return lines.join("\n");
}
