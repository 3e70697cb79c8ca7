import type { ErrorCode } from "../base/error.ts";
import { IntegrationError } from "../base/integration-error.ts";
import type { CallFailure } from "./call-failure.ts";

/** Nobody is told to wait for longer than this, whatever the other service says. */
const longestWaitSeconds = 3_600;

/** What a failed call is for whoever made it, and for their callers. */
export function integrationErrorOf(
  failure: CallFailure,
  integration: string,
  operation: string,
  attempts: number,
): IntegrationError {
  const code = codeOf(failure);
  const afterMs = failure.retryAfterMs ?? 1_000;
  const seconds = Math.min(Math.max(Math.ceil(afterMs / 1_000), 1), longestWaitSeconds);
  return new IntegrationError(
    code,
    {
      integration,
      operation,
      fault: failure.fault,
      attempts,
      message: failure.message,
      ...(failure.status === undefined ? {} : { status: failure.status }),
      ...(code === "upstream_failed" ? {} : { retryAfterSeconds: seconds }),
      ...(failure.body === undefined ? {} : { body: failure.body }),
    },
    failure.cause,
  );
}

function codeOf({ fault, status = 0 }: CallFailure): ErrorCode {
  switch (fault) {
    case "timeout":
      return "upstream_timeout";
    case "unreachable":
    case "broken":
    case "breakerOpen":
    case "bulkheadFull":
      return "upstream_unavailable";
    case "status":
      if (status === 408 || status === 504) return "upstream_timeout";
      return status === 429 || status === 503 ? "upstream_unavailable" : "upstream_failed";
    default:
      return "upstream_failed";
  }
}
