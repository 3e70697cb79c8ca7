import type { Fault } from "../base/error.ts";
import { didYouMean } from "../base/nearest.ts";
import type { SelectionNode } from "../data/plan/selection.ts";
import type { FieldModel } from "../model/app-model.ts";
import { isStored } from "../model/is-stored.ts";
import type { Resources } from "../model/readable-resources.ts";
import { plainNodes } from "./default-nodes.ts";
import { namesFor, type ReadContext } from "./read-context.ts";
import type { ReadRequest } from "./read-request.ts";

/** How deeply relations may be expanded. */
export const maxExpandDepth = 3;
/** How many relations one read may expand. */
export const maxExpandedRelations = 10;
/** How many fields one read may name. */
export const maxFieldPaths = 200;

/** What to print of each record, and how many rows that can be at most. */
export interface SelectedNodes {
  readonly nodes: readonly SelectionNode[];
  /** The record itself and all the rows that may be embedded in it. */
  readonly rowsPerRecord: number;
}

/** One level of `expand` or `fields`. */
interface PathTree {
  /** Names that end here. */
  readonly ends: Set<string>;
  readonly inner: Map<string, PathTree>;
}

interface Selecting {
  readonly context: ReadContext;
  readonly names: Resources;
  readonly faults: Fault[];
}

/**
 * Turns `fields` and `expand` into the nodes of a selection, in the model's order whatever the request's.
 * Expanded relations are always printed. Where fields are named for a level, only those are; a level without
 * named fields has all that the caller may read. Undefined when something is wrong.
 */
export function selectNodes(
  { fields, expand }: Pick<ReadRequest, "fields" | "expand">,
  context: ReadContext,
  faults: Fault[],
): SelectedNodes | undefined {
  const hasFields = fields !== undefined && fields.length > 0;
  const hasExpand = expand !== undefined && expand.length > 0;
  if (!hasFields && !hasExpand)
    return { nodes: plainNodes(context.resource, context.view), rowsPerRecord: 1 };
  const known = knownNodes(context);
  const key = JSON.stringify([context.resource.name, context.trusted, fields, expand]);
  const found = known.get(key);
  if (found) return found;
  const before = faults.length;
  const selecting: Selecting = { context, names: namesFor(context), faults };
  const expanded = expandTree(selecting, expand ?? []);
  const named = hasFields ? fieldTree(selecting, fields) : undefined;
  if (named) checkNamed(selecting, context.resource.name, expanded, named, "");
  if (faults.length > before) return undefined;
  const nodes = nodesOf(selecting, context.resource.name, expanded, named);
  const selected = Object.freeze({
    nodes,
    rowsPerRecord: 1 + rowsOf(nodes, selecting, context.resource.name),
  });
  remember(known, key, selected);
  return selected;
}

function expandTree({ context, faults, names }: Selecting, paths: readonly string[]): PathTree {
  const root = newTree();
  let count = 0;
  // Paths that say the same again count as well: the list is what the description bounds.
  const excess = paths.length > maxExpandedRelations;
  for (const path of excess ? [] : paths) {
    const fail = (code: string, detail: string) =>
      faults.push({ ...context.origin.locate("expand", path), code, detail });
    const segments = path.split(".");
    if (segments.length > maxExpandDepth) {
      fail("budget", `"${path}" expands more than ${maxExpandDepth} levels.`);
      continue;
    }
    let here = root;
    let resource = context.resource.name;
    for (const segment of segments) {
      const target = targetOf(names, resource, segment);
      if (target === undefined) {
        fail("unknown", unknownRelation(names, resource, segment));
        break;
      }
      count += here.inner.has(segment) ? 0 : 1;
      here = below(here, segment);
      resource = target;
    }
    if (count > maxExpandedRelations) {
      fail("budget", `At most ${maxExpandedRelations} relations can be expanded.`);
      break;
    }
  }
  if (excess)
    faults.push({
      ...context.origin.locate("expand"),
      code: "budget",
      detail: `At most ${maxExpandedRelations} relations can be expanded.`,
    });
  return root;
}

/** The resource that a relation leads to, when the caller can see both. */
function targetOf(names: Resources, resource: string, field: string): string | undefined {
  const target = names.get(resource)?.fields.get(field)?.relation?.target;
  return target !== undefined && (names.get(target)?.fields.size ?? 0) > 0 ? target : undefined;
}

function unknownRelation(names: Resources, resource: string, segment: string): string {
  const relations = [...(names.get(resource)?.fields.keys() ?? [])].filter(
    (name) => targetOf(names, resource, name) !== undefined,
  );
  return `"${segment}" is not a relation of "${resource}" that can be expanded.${didYouMean(segment, relations)}`;
}

function fieldTree({ context, faults }: Selecting, paths: readonly string[]): PathTree {
  const root = newTree();
  if (paths.length > maxFieldPaths) {
    faults.push({
      ...context.origin.locate("fields"),
      code: "budget",
      detail: `At most ${maxFieldPaths} fields can be named.`,
    });
    return root;
  }
  for (const path of paths) {
    const segments = path.split(".");
    const last = segments.pop() ?? "";
    // What is deeper than relations can be is found unknown at the level where they end.
    let here = root;
    for (const segment of segments.slice(0, maxExpandDepth + 1)) here = below(here, segment);
    here.ends.add(last);
  }
  return root;
}

const newTree = (): PathTree => ({ ends: new Set(), inner: new Map() });

function below(tree: PathTree, segment: string): PathTree {
  let inner = tree.inner.get(segment);
  if (!inner) {
    inner = newTree();
    tree.inner.set(segment, inner);
  }
  return inner;
}

function nodesOf(
  selecting: Selecting,
  resource: string,
  expanded: PathTree,
  named: PathTree | undefined,
): readonly SelectionNode[] {
  const { context, names } = selecting;
  const model = context.model.resources.get(resource);
  const all = named === undefined;
  if (model && all && expanded.inner.size === 0) return plainNodes(model, context.view);
  const nodes: SelectionNode[] = [];
  for (const field of names.get(resource)?.fields.values() ?? []) {
    const { name } = field;
    const inner = expanded.inner.get(name);
    const target = field.relation?.target;
    if (inner && target !== undefined) {
      const kind = field.relation?.kind === "one" ? "one" : "many";
      nodes.push({
        kind,
        as: name,
        field: name,
        nodes: nodesOf(selecting, target, inner, named?.inner.get(name)),
      });
    } else if (isStored(field) && isPrinted(selecting, resource, field) && (all || named?.ends.has(name))) {
      nodes.push({ kind: "field", as: name, field: name });
    }
  }
  return Object.freeze(nodes);
}

/** A handler may name every field; only what its caller may read is printed. */
function isPrinted({ context }: Selecting, resource: string, field: FieldModel): boolean {
  const model = context.model.resources.get(resource);
  return model !== undefined && context.view.fieldRead(model, field).op !== "never";
}

/** Finds names in `fields` that print nothing. */
function checkNamed(
  selecting: Selecting,
  resource: string,
  expanded: PathTree,
  named: PathTree,
  prefix: string,
): void {
  const { names, context, faults } = selecting;
  const fields = names.get(resource)?.fields ?? new Map<string, FieldModel>();
  const fail = (path: string, detail: string, code = "unknown") =>
    faults.push({ ...context.origin.locate("fields", path), code, detail });
  for (const name of named.ends) {
    const field = fields.get(name);
    const path = `${prefix}${name}`;
    if (!field) fail(path, `"${resource}" has no field "${name}".${didYouMean(name, [...fields.keys()])}`);
    else if (!isStored(field) && !expanded.inner.has(name)) {
      fail(path, `"${path}" is only shown when it is expanded: add it to expand.`, "not_expanded");
    }
  }
  for (const [name, inner] of named.inner) {
    const below = expanded.inner.get(name);
    const target = targetOf(names, resource, name);
    const path = `${prefix}${name}`;
    if (below && target !== undefined) checkNamed(selecting, target, below, inner, `${path}.`);
    else if (target !== undefined)
      fail(
        path,
        `"${path}" must be expanded before its fields can be named: add it to expand.`,
        "not_expanded",
      );
    else if (fields.has(name)) fail(path, `"${path}" has no fields of its own that could be named.`);
    else fail(path, `"${resource}" has no field "${name}".${didYouMean(name, [...fields.keys()])}`);
  }
}

function rowsOf(nodes: readonly SelectionNode[], selecting: Selecting, resource: string): number {
  let rows = 0;
  for (const node of nodes) {
    if (node.kind === "field") continue;
    const relation = selecting.names.get(resource)?.fields.get(node.field)?.relation;
    if (!relation) continue;
    const times = relation.kind === "one" ? 1 : relation.embedLimit;
    rows += times * (1 + rowsOf(node.nodes, selecting, relation.target));
  }
  return rows;
}

/** How many different selections are remembered for each view; equal ones are then one value, as plans want it. */
const maxKnown = 500;
const knownByView = new WeakMap<ReadContext["view"], Map<string, SelectedNodes>>();

function knownNodes({ view }: ReadContext): Map<string, SelectedNodes> {
  let known = knownByView.get(view);
  if (!known) {
    known = new Map();
    knownByView.set(view, known);
  }
  return known;
}

function remember(known: Map<string, SelectedNodes>, key: string, selected: SelectedNodes): void {
  if (known.size >= maxKnown) known.clear();
  known.set(key, selected);
}
