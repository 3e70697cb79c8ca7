import { type Fault, failure, KeelsonError } from "../base/error.ts";
import type { AppModel, ResourceModel } from "../model/app-model.ts";
import { tableParts } from "../model/table-name.ts";

/** The part of a driver error that is looked at. Messages are not: they may quote data. */
interface ServerError {
  readonly code: string;
  readonly constraint?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
}

/** The five-character SQLSTATE of a driver error. */
function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  // Every SQLSTATE has a digit, which tells it from the system's EPIPE.
  return typeof code === "string" && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Serialization failure or deadlock: the same work may succeed when run again. */
export function isRetryable(error: unknown): boolean {
  const state = retryStateOf(error);
  return state === "40001" || state === "40P01";
}

/** The SQLSTATE behind an error. A handler's inner call has been translated; the server's error is its cause. */
export const retryStateOf = (error: unknown): string | undefined =>
  sqlStateOf(error) ?? sqlStateOf((error as { cause?: unknown } | null)?.cause);

/** Waited for a lock for as long as anyone may. */
export const isLockTimeout = (error: unknown): boolean => sqlStateOf(error) === "55P03";

/** A column of one of Keelson's own tables would have been null. */
export const isMissingValue = (error: unknown, table: string, column: string): boolean =>
  sqlStateOf(error) === "23502" &&
  (error as ServerError).table === table &&
  (error as ServerError).column === column;

/** What a caller is told when there is no connection to be had. */
export function translateConnectionError(error: unknown): KeelsonError {
  const retry = { headers: { "retry-after": "2" }, cause: error };
  if (error instanceof Error && /timeout exceeded when trying to connect/.test(error.message)) {
    return failure("overloaded", { ...retry, detail: "No database connection became free in time." });
  }
  return failure("unavailable", { ...retry, detail: "The database cannot be reached." });
}

/**
 * Turns what PostgreSQL refused into an error of the catalogue; anything unknown stays as it is. Lost
 * connections have been translated where they were noticed: a handler may lose connections of its own.
 *
 * @param isKnown - whether the caller may be told that a resource exists
 */
export function translateDatabaseError(
  error: unknown,
  model: AppModel,
  isKnown: (resource: ResourceModel) => boolean,
): unknown {
  if (error instanceof KeelsonError) return error;
  const server = error as ServerError;
  switch (sqlStateOf(error)) {
    case "23505":
      return uniqueViolation(server, model, error);
    case "23503":
    // PostgreSQL 18 tells RESTRICT apart.
    case "23001":
      return referenceViolation(server, model, isKnown, error);
    case "23514":
    case "23502":
    case "22003":
    case "22001":
    case "22008":
    case "22007":
    // No value of an enum, or whatever other type the column has.
    case "22P02":
    // Too long for the index that its field has.
    case "54000":
      return failure("validation_failed", {
        detail: "A value is outside of what its field allows.",
        errors: constraintFaults(server, model),
        cause: error,
      });
    case "40001":
    case "40P01":
      return failure("conflict", {
        detail: "Others changed the same records at the same time; repeat the request.",
        headers: { "retry-after": "1" },
        cause: error,
      });
    case "55P03":
      return failure("conflict", {
        detail: "Another request holds the record; repeat the request.",
        headers: { "retry-after": "1" },
        cause: error,
      });
    case "57014":
      return failure("deadline_exceeded", {
        detail: "The statement took longer than its limit.",
        cause: error,
      });
    case "53300":
      return failure("overloaded", { headers: { "retry-after": "2" }, cause: error });
    default:
      return error;
  }
}

const lossCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOENT",
  "EHOSTUNREACH",
  "ENOTFOUND",
]);

/** The connection is gone or of no use: what was asked may or may not have happened. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlStateOf(error);
  if (state !== undefined) return state.startsWith("08") || state.startsWith("57P");
  if (lossCodes.has(String((error as { code?: unknown }).code))) return true;
  return /Connection terminated|Client has encountered a connection error|Query read timeout|not queryable/.test(
    error.message,
  );
}

function uniqueViolation(server: ServerError, model: AppModel, cause: unknown): KeelsonError {
  const resource = resourceOfTable(model, server);
  const fields =
    resource?.indexes.find((index) => index.name === server.constraint)?.fields ??
    (resource && server.constraint === resource.keyName ? resource.key.parts.map(({ field }) => field) : []);
  const together = fields.length > 1 ? `The combination of ${fields.join(", ")}` : "This value";
  return failure("unique_violation", {
    errors: fields.map(
      (field): Fault => ({ pointer: `#/${field}`, code: "unique", detail: `${together} is already taken.` }),
    ),
    cause,
  });
}

/** On the referring table it means that the target is missing; on the target, that it is still referred to. */
function referenceViolation(
  server: ServerError,
  model: AppModel,
  isKnown: (resource: ResourceModel) => boolean,
  cause: unknown,
): KeelsonError {
  const resource = resourceOfTable(model, server);
  const message = cause instanceof Error ? cause.message : "";
  if (/still referenced|update or delete on table/.test(message)) {
    const referring = resource && isKnown(resource) ? `Records of "${resource.name}"` : "Other records";
    return failure("still_referenced", { detail: `${referring} still refer to it.`, cause });
  }
  const field = [...(resource?.fields.values() ?? [])].find(
    ({ relation }) => relation?.kind === "one" && server.constraint === relation.constraint,
  );
  return failure("validation_failed", {
    errors: [
      {
        pointer: field ? `#/${field.name}` : "#",
        code: "reference_not_found",
        detail: "The record that it refers to does not exist.",
      },
    ],
    cause,
  });
}

function constraintFaults(server: ServerError, model: AppModel): readonly Fault[] {
  const resource = resourceOfTable(model, server);
  const field = [...(resource?.fields.values() ?? [])].find((candidate) =>
    candidate.columns.some((column) => column.checks.some((check) => check.name === server.constraint)),
  );
  return field
    ? [
        {
          pointer: `#/${field.name}`,
          code: "range",
          detail: "The value is outside of what the field allows.",
        },
      ]
    : [];
}

const resourceOfTable = (model: AppModel, { schema, table }: ServerError): ResourceModel | undefined =>
  [...model.resources.values()].find((resource) => {
    const parts = tableParts(resource.table);
    return parts.name === table && (parts.schema === undefined || parts.schema === schema);
  });
