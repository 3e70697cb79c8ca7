import type { Logger } from "pino";
import { formatDiagnostic } from "../base/diagnostic.ts";
import type { Observation, Observe } from "./observation.ts";

/** Writes observations as structured log lines. What callers did wrong is `info`; what we did wrong is `error`. */
export function logSink(log: Logger): Observe {
  return (observation) => {
    switch (observation.type) {
      case "call.ended":
        return logCall(log, observation);
      case "request.refused":
        return logRefused(log, observation);
      case "request.ended":
        return logRequest(log, observation);
      case "statement.ran":
        return log.debug(observation, "statement");
      case "system.access":
        return log.debug(observation, "access rules set aside");
      case "limits.local":
        return log.warn(observation, "limits are counted by each process alone");
      case "limits.shared":
        return log.info(observation, "limits are counted together");
      case "transaction.retried":
        return log.warn(observation, "transaction retried");
      case "cache.disconnected":
        return log.warn(observation, "changes of other processes are not heard");
      case "worker.failed":
      case "job.lost":
      case "job.failed":
        return log.warn(observation, observation.type);
      case "job.dead":
      case "job.unsettled":
        return log.error(observation, observation.type);
      case "job.started":
        return log.debug(observation, observation.type);
      case "requests.shed":
        return log.warn(observation, "overloaded: requests were refused");
      case "integration.called":
        return logIntegration(log, observation);
      case "breaker.opened":
        return log.warn(observation, "calls of an integration are refused: most of them failed");
      case "pool.error":
        return log.error(observation, "database connection lost");
      case "database.stopped":
        return observation.expected
          ? log.info(observation, "database stopped")
          : log.error(observation, "database stopped unexpectedly");
      case "database.log":
        return log.debug(observation, "database");
      case "diagnostic":
        return log.warn(observation.diagnostic, formatDiagnostic(observation.diagnostic));
      default:
        return log.info(observation, observation.type);
    }
  };
}

function logCall(log: Logger, call: Extract<Observation, { type: "call.ended" }>): void {
  const line = {
    requestId: call.requestId,
    door: call.door,
    operation: call.operation,
    caller: call.callerId,
    ms: Math.round(call.tookMs * 100) / 100,
    statements: call.statements,
    sqlMs: Math.round(call.sqlMs * 100) / 100,
    ...(call.apiVersion === undefined ? {} : { apiVersion: call.apiVersion }),
    ...(call.cache === undefined ? {} : { cache: call.cache }),
  };
  const { error } = call;
  if (!error) log.info(line, "call");
  else if (error.status >= 500)
    log.error({ ...line, code: error.code, err: error.cause ?? error }, "call failed");
  else log.info({ ...line, code: error.code }, "call refused");
}

function logIntegration(log: Logger, called: Extract<Observation, { type: "integration.called" }>): void {
  const { type: _, tookMs, ...line } = called;
  const ms = Math.round(tookMs * 100) / 100;
  if (called.fault === undefined || called.fault === "declared")
    log.debug({ ...line, ms }, "integration called");
  else log.warn({ ...line, ms }, "integration failed");
}

function logRequest(log: Logger, request: Extract<Observation, { type: "request.ended" }>): void {
  const { requestId, door, method, target, status, bytes, tookMs } = request;
  // The query may hold what is nobody's business.
  const [path = ""] = target.split("?", 1);
  log.info({ requestId, door, method, path, status, bytes, ms: Math.round(tookMs * 100) / 100 }, "request");
}

function logRefused(
  log: Logger,
  { requestId, door, request, error }: Extract<Observation, { type: "request.refused" }>,
): void {
  const line = { requestId, door, request, code: error.code };
  if (error.status >= 500 && error.cause !== undefined)
    log.error({ ...line, err: error.cause }, "request failed");
  else log.info(line, "request refused");
}
