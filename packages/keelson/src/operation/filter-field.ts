import { didYouMean } from "../base/nearest.ts";
import type { FieldSpec } from "../declare/field-spec.ts";
import type { FieldModel, FieldPath, ResourceModel } from "../model/app-model.ts";
import { resolveFieldPath } from "../model/field-path.ts";
import type { Resources } from "../model/readable-resources.ts";
import { type FilterOperator, operatorsOf } from "./filter-operators.ts";
import type { ReadContext } from "./read-context.ts";

/** A field to filter by, and how it can be compared. */
export interface FilterField {
  readonly path: FieldPath;
  readonly spec: FieldSpec;
  readonly operators: readonly FilterOperator[];
}

/**
 * The field that a name in a filter means, or what is wrong with the name. From a door only declared paths
 * mean anything; the answer is the same for what is not declared, not readable and not there.
 */
export function findFilterField(
  { resource, trusted }: Pick<ReadContext, "resource" | "trusted">,
  names: Resources,
  name: string,
): FilterField | string {
  const start = names.get(resource.name);
  const path = start && resolveFieldPath(names, start, name);
  if (!start || !path) return `"${resource.name}" is not known.`;
  if (trusted) return path.ok ? fieldAt(names, start.fields, path.value) : path.error;
  const allowed = visiblePaths(resource, resource.list.filter, names);
  if (path.ok && allowed.includes(name)) return fieldAt(names, start.fields, path.value);
  const others = allowed.map((one) => `"${one}"`).join(", ");
  const hint = didYouMean(name, allowed) || (allowed.length > 0 ? ` Use one of ${others}.` : "");
  return `"${name}" is not a field that this list can be filtered by.${hint}`;
}

const known = new WeakMap<Resources, Map<readonly FieldPath[], readonly string[]>>();

/** The texts of those declared paths whose every step the caller can see. Found once for each view. */
export function visiblePaths(
  resource: Pick<ResourceModel, "name">,
  paths: readonly FieldPath[],
  names: Resources,
): readonly string[] {
  let byPaths = known.get(names);
  if (!byPaths) {
    byPaths = new Map();
    known.set(names, byPaths);
  }
  let visible = byPaths.get(paths);
  if (!visible) {
    const start = names.get(resource.name);
    visible = start
      ? paths.map((path) => path.text).filter((text) => resolveFieldPath(names, start, text).ok)
      : [];
    byPaths.set(paths, visible);
  }
  return visible;
}

function fieldAt(
  names: Resources,
  start: ReadonlyMap<string, FieldModel>,
  path: FieldPath,
): FilterField | string {
  let fields: ReadonlyMap<string, FieldModel> | undefined = start;
  for (const hop of path.hops) fields = names.get(fields?.get(hop)?.relation?.target ?? "")?.fields;
  const spec = fields?.get(path.field)?.spec;
  return spec ? { path, spec, operators: operatorsOf(spec, path.part) } : `"${path.text}" is not a field.`;
}
