import type { Fault } from "../../base/error.ts";
import { nearest } from "../../base/nearest.ts";
import type { Envelope } from "../../operation/envelope.ts";
import { queryOrigin } from "../../operation/read-origins.ts";
import type { ReadRequest } from "../../operation/read-request.ts";
import type { QueryParameter } from "../http/query-parameters.ts";
import { duplicateParameter, throwFaults, unknownParameter } from "./parameter-faults.ts";

/** What may be asked of an answer that is a record. */
export const recordParameters: readonly string[] = ["fields", "expand"];
/** What may be asked of a list, besides its filters. */
const listParameters: readonly string[] = ["limit", "cursor", "sort", ...recordParameters];

const nothing: ReadRequest = Object.freeze({});

interface Draft {
  fields?: string[];
  expand?: string[];
  sort?: string;
  limit?: number;
  cursor?: string;
  filter?: Record<string, unknown>;
}

/** Reads `fields` and `expand`; any other parameter is an error. Undefined when nothing is asked. */
export function readRecordParameters(
  parameters: readonly QueryParameter[],
): Pick<Envelope, "read" | "readOrigin"> | undefined {
  if (parameters.length === 0) return undefined;
  const draft: Draft = {};
  const faults: Fault[] = [];
  for (const parameter of parameters) {
    if (!readNames(draft, parameter, faults)) faults.push(unknownParameter(parameter.name, recordParameters));
  }
  throwFaults(faults);
  return { read: draft as ReadRequest, readOrigin: queryOrigin };
}

/**
 * Reads the parameters of a list. What has no meaning of its own is a filter, which validation knows;
 * `filterable` only serves to tell a mistyped `limit` from a mistyped filter.
 */
export function readListParameters(
  parameters: readonly QueryParameter[],
  filterable: readonly string[],
): ReadRequest {
  if (parameters.length === 0) return nothing;
  const draft: Draft = {};
  const faults: Fault[] = [];
  for (const parameter of parameters) {
    if (readNames(draft, parameter, faults) || readPage(draft, parameter, faults)) continue;
    readFilter(draft, parameter, filterable, faults);
  }
  throwFaults(faults);
  return draft as ReadRequest;
}

/** Names are separated by commas, or the parameter repeated. */
function readNames(draft: Draft, { name, value }: QueryParameter, faults: Fault[]): boolean {
  if (name !== "fields" && name !== "expand") return false;
  const names = value.split(",");
  if (names.includes(""))
    faults.push({ parameter: name, code: "type", detail: "must be names separated by commas." });
  draft[name] = [...(draft[name] ?? []), ...names];
  return true;
}

function readPage(draft: Draft, { name, value }: QueryParameter, faults: Fault[]): boolean {
  if (name !== "limit" && name !== "cursor" && name !== "sort") return false;
  if (draft[name] !== undefined) faults.push(duplicateParameter(name));
  if (name !== "limit") draft[name] = value;
  else if (wholeNumber.test(value)) draft.limit = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  else {
    draft.limit = 0;
    faults.push({ parameter: name, code: "type", detail: "must be a whole number." });
  }
  return true;
}

/** What is out of range is for validation to say; more than a page can have is the largest page, however much more. */
const wholeNumber = /^-?(?:0|[1-9]\d*)$/;

/** `status=paid`, `total.amount[gte]=100`, `status[in]=a,b`. */
const withOperator = /^([^[\]]+)\[([^[\]]+)\]$/;

function readFilter(
  draft: Draft,
  parameter: QueryParameter,
  filterable: readonly string[],
  faults: Fault[],
): void {
  const { name, value } = parameter;
  const [, path = name, operator] = name.includes("[") ? (withOperator.exec(name) ?? []) : [];
  if (isMistypedPage(path, filterable)) {
    faults.push(unknownParameter(name, listParameters));
    return;
  }
  draft.filter ??= Object.create(null) as Record<string, unknown>;
  const { filter } = draft;
  const before = filter[path];
  if (operator === undefined && before === undefined) filter[path] = value;
  else {
    const operators = operatorsOf(before);
    filter[path] = operators;
    addComparison(operators, operator ?? "eq", parameter, faults);
  }
}

/** A bare value stands for `eq`, until another comparison of the same path joins it. */
const operatorsOf = (before: unknown): Record<string, unknown> =>
  Object.assign(Object.create(null), typeof before === "string" ? { eq: before } : before);

function addComparison(
  operators: Record<string, unknown>,
  operator: string,
  { name, value }: QueryParameter,
  faults: Fault[],
): void {
  const before = operators[operator];
  if (operator === "in" || operator === "nin") {
    operators[operator] = [...((before ?? []) as string[]), ...value.split(",")];
  } else if (before === undefined) operators[operator] = value;
  else faults.push(duplicateParameter(name));
}

function isMistypedPage(path: string, filterable: readonly string[]): boolean {
  if (filterable.includes(path)) return false;
  const meant = nearest(path, [...listParameters, ...filterable]);
  return meant !== undefined && listParameters.includes(meant);
}
