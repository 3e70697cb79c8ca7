import { type Fault, failure, type KeelsonError } from "../base/error.ts";
import { didYouMean } from "../base/nearest.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ListSelection, PageRequest, Selection } from "../data/plan/selection.ts";
import type { SortKey } from "../model/app-model.ts";
import { readableResources } from "../model/readable-resources.ts";
import { maxSortKeys, parseSort } from "../model/sort-key.ts";
import { buildFilter } from "./build-filter.ts";
import { visiblePaths } from "./filter-field.ts";
import { maxFaults } from "./locate-input.ts";
import { cursorView, namesFor, type ReadContext } from "./read-context.ts";
import type { ReadRequest } from "./read-request.ts";
import { selectNodes } from "./select-nodes.ts";

/** How many rows one read may touch, embedded ones included. */
const maxRowsPerRead = 100_000;

/** A cursor that cannot be used here; the error says so with a code of its own. */
const cursorCode = "cursor";

/** Turns what a caller asks of one record into a selection: `fields` and `expand`. */
export function buildRecordSelection(
  request: ReadRequest,
  context: ReadContext,
): Result<Selection, readonly Fault[]> {
  const faults: Fault[] = [];
  for (const part of ["filter", "sort", "limit", "cursor"] as const) {
    if (request[part] === undefined) continue;
    faults.push({ ...context.origin.locate(part), code: "unknown", detail: `"${part}" is for lists.` });
  }
  const selected = selectNodes(request, context, faults);
  if (!selected || faults.length > 0) return err(faults.slice(0, maxFaults));
  return ok({ resource: context.resource.name, nodes: selected.nodes });
}

/**
 * Turns what a caller asks of a list into a selection, or says everything that is wrong with it. Names that
 * the caller may not read are treated as unknown ones.
 */
export function buildListSelection(
  request: ReadRequest,
  context: ReadContext,
): Result<ListSelection, readonly Fault[]> {
  const faults: Fault[] = [];
  const resource = context.resource.name;
  const selected = selectNodes(request, context, faults);
  const filter = request.filter === undefined ? undefined : buildFilter(request.filter, context, faults);
  const order = buildOrder(request.sort, context, faults);
  const limit = buildLimit(request.limit, context, faults);
  if (!selected || faults.length > 0) return err(faults.slice(0, maxFaults));
  const rows = limit * selected.rowsPerRecord;
  if (rows > maxRowsPerRead) {
    const detail = `This could read ${rows} rows, more than ${maxRowsPerRead}: lower limit, or expand less.`;
    return err([{ ...context.origin.locate("expand"), code: "budget", detail }]);
  }
  const unpaged = { resource, nodes: selected.nodes, filter, order };
  const page = buildPage(request.cursor, limit, unpaged, context);
  return page.ok ? ok({ ...unpaged, page: page.value }) : err([page.error]);
}

/** The error for faults of a read: of a query string 400, of a body 422. */
export function readFailure(faults: readonly Fault[], { textual }: ReadContext["origin"]): KeelsonError {
  if (faults.some((fault) => fault.code === cursorCode)) return failure("invalid_cursor", { errors: faults });
  return failure(textual ? "invalid_parameter" : "validation_failed", { errors: faults });
}

function buildLimit(given: number | undefined, context: ReadContext, faults: Fault[]): number {
  const { resource, origin } = context;
  const { defaultLimit } = resource.list;
  const maxLimit = context.maxLimit ?? resource.list.maxLimit;
  if (given === undefined) return defaultLimit;
  if (!Number.isInteger(given)) {
    faults.push({ ...origin.locate("limit"), code: "type", detail: "must be a whole number." });
  } else if (given < 1) {
    faults.push({ ...origin.locate("limit"), code: "range", detail: "must be at least 1." });
  }
  return Math.min(given, maxLimit);
}

function buildPage(
  cursor: string | undefined,
  limit: number,
  { resource, filter, order }: Omit<ListSelection, "page">,
  { cursors, view, apiVersion, origin }: ReadContext,
): Result<PageRequest, Fault> {
  if (cursor === undefined) return ok({ limit, direction: "forward" });
  const place = cursors.decode(cursor, { resource, filter, order, view: cursorView(view, apiVersion) });
  if (place) return ok({ limit, ...place });
  const detail = "is not a cursor of this list with this filter and sort, or is too old.";
  return err({ ...origin.locate("cursor"), code: cursorCode, detail });
}

function buildOrder(sort: string | undefined, context: ReadContext, faults: Fault[]): readonly SortKey[] {
  const { resource, origin, trusted } = context;
  const names = namesFor(context);
  const start = names.get(resource.name);
  if (!start) return [];
  if (sort === undefined) return defaultOrder(context);
  const fail = (code: string, detail: string) => faults.push({ ...origin.locate("sort"), code, detail });
  // Before anything is resolved, so that a long text costs nothing.
  if (sort.split(",", maxSortKeys + 1).length > maxSortKeys) {
    fail("budget", `At most ${maxSortKeys} sort keys are allowed.`);
    return [];
  }
  const known = trusted ? undefined : ["id", ...visiblePaths(resource, resource.list.sort, names)];
  const unknown = sort
    .split(",")
    .map((part) => (part.startsWith("-") ? part.slice(1) : part))
    .filter((name) => known !== undefined && !known.includes(name));
  for (const name of unknown) {
    const others = known?.map((one) => `"${one}"`).join(", ");
    const hint = didYouMean(name, known ?? []) || ` Use one of ${others}.`;
    fail("unknown", `"${name}" is not a field that this list can be sorted by.${hint}`);
  }
  if (unknown.length > 0) return [];
  const parsed = parseSort(names, start, sort);
  for (const fault of parsed.faults) fail("unknown", fault);
  return parsed.keys;
}

const defaultOrders = new WeakMap<ReadContext["view"], Map<string, readonly SortKey[]>>();

/** The declared order without the keys that the caller may not read: they would show through it. */
function defaultOrder({ model, view, resource }: ReadContext): readonly SortKey[] {
  let known = defaultOrders.get(view);
  if (!known) {
    known = new Map();
    defaultOrders.set(view, known);
  }
  let order = known.get(resource.name);
  if (!order) {
    const names = readableResources(model, view);
    const paths = resource.list.defaultSort.map((key) => key.path);
    const visible = visiblePaths(resource, paths, names);
    order = resource.list.defaultSort.filter((key) => visible.includes(key.path.text));
    known.set(resource.name, order);
  }
  return order;
}
