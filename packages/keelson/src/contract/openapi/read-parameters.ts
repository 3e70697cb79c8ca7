import type { FieldModel, ResourceModel } from "../../model/app-model.ts";
import { isStored } from "../../model/is-stored.ts";
import { capitalise } from "../../model/names.ts";
import { maxSortKeys } from "../../model/sort-key.ts";
import { maxExpandDepth, maxExpandedRelations, maxFieldPaths } from "../../operation/select-nodes.ts";
import type { ComponentRef, OpenApiObject } from "./components.ts";
import type { Describing } from "./describing.ts";

/** How many paths are listed word by word before a pattern stands for the deeper ones. */
const maxListedPaths = 200;

/** `fields` and, where there are relations, `expand`. */
export function answerParameters(describing: Describing, resource: ResourceModel): readonly ComponentRef[] {
  const name = capitalise(resource.name);
  const relations = expandablePaths(describing, resource);
  const { components } = describing;
  const fields = components.ref("parameters", `${name}Fields`, () => ({
    ...listParameter("fields", fieldsSchema(describing, resource)),
    description:
      "Fields to answer with, instead of all; those of an expanded relation by path. The answer then has only these.",
  }));
  if (relations.listed.length === 0) return [fields];
  const expand = components.ref("parameters", `${name}Expand`, () => ({
    ...listParameter("expand", expandSchema(describing, resource)),
    description: `Relations to embed, at most ${maxExpandedRelations}.`,
  }));
  return [fields, expand];
}

/** `limit`, `cursor` and `sort` are those of lists. */
export function limitSchema({ list }: ResourceModel): OpenApiObject {
  return { type: "integer", minimum: 1, default: list.defaultLimit };
}

export function limitParameter(resource: ResourceModel): OpenApiObject {
  return {
    name: "limit",
    in: "query",
    description: `How many records a page has at most. More than ${resource.list.maxLimit} counts as ${resource.list.maxLimit}.`,
    schema: limitSchema(resource),
  };
}

export const sortParameter = (resource: ResourceModel): OpenApiObject => ({
  ...listParameter("sort", sortSchema(resource)),
  description: "The order; `-` is for descending. The id breaks ties.",
});

export function sortSchema({ list }: ResourceModel): OpenApiObject {
  const paths = [...new Set([...list.sort.map((path) => path.text), "id"])];
  const normal = list.defaultSort.map((key) => (key.descending ? "-" : "") + key.path.text);
  // The order without a parameter may be one that cannot be asked for.
  const sortable = list.defaultSort.every((key) => paths.includes(key.path.text));
  return {
    type: "array",
    items: { type: "string", enum: paths.flatMap((path) => [path, `-${path}`]) },
    maxItems: maxSortKeys,
    ...(sortable && normal.length > 0 ? { default: normal } : {}),
  };
}

/** In a URL an empty list is one empty text, which is no name. */
const listParameter = (name: string, schema: OpenApiObject): OpenApiObject => ({
  name,
  in: "query",
  style: "form",
  explode: false,
  schema: { ...schema, minItems: 1 },
});

export function fieldsSchema(describing: Describing, resource: ResourceModel): OpenApiObject {
  const names = [...resource.fields.values()].filter(isSelectable).map((field) => field.name);
  const relations = relationsOf(describing, resource).map((field) => field.name);
  const own = { type: "string", enum: [...new Set([...names, ...relations])] };
  const items = relations.length === 0 ? own : { anyOf: [own, below(relations)] };
  return { type: "array", items, maxItems: maxFieldPaths };
}

export function expandSchema(describing: Describing, resource: ResourceModel): OpenApiObject {
  const { listed, complete } = expandablePaths(describing, resource);
  const known = { type: "string", enum: listed };
  return {
    type: "array",
    items: complete ? known : { anyOf: [known, below(listed)] },
    maxItems: maxExpandedRelations,
  };
}

/** Paths that go on from one of these. */
const below = (paths: readonly string[]): OpenApiObject => ({
  type: "string",
  pattern: `^(${paths.map((path) => path.replaceAll(".", "\\.")).join("|")})\\.`,
});

const isSelectable = (field: FieldModel): boolean => isStored(field) && !field.spec.writeOnly;

/** Relations to records that somebody can read. */
function relationsOf({ model }: Describing, resource: ResourceModel): readonly FieldModel[] {
  return [...resource.fields.values()].filter((field) => {
    const target = field.relation && model.resources.get(field.relation.target);
    return target !== undefined && target.access.read.op !== "never" && !field.spec.writeOnly;
  });
}

interface ExpandablePaths {
  readonly listed: readonly string[];
  /** False where deeper paths were too many to list. */
  readonly complete: boolean;
}

/** The paths that can be expanded, level by level, as long as they are not too many. */
function expandablePaths(describing: Describing, resource: ResourceModel): ExpandablePaths {
  let listed: readonly string[] = [];
  let level: readonly (readonly [string, ResourceModel])[] = [["", resource]];
  for (let depth = 1; depth <= maxExpandDepth; depth += 1) {
    level = level.flatMap(([prefix, here]) =>
      relationsOf(describing, here).flatMap((field) => {
        const target = describing.model.resources.get(field.relation?.target ?? "");
        return target ? [[`${prefix}${field.name}.`, target] as const] : [];
      }),
    );
    if (listed.length + level.length > maxListedPaths && depth > 1) return { listed, complete: false };
    listed = [...listed, ...level.map(([path]) => path.slice(0, -1))];
  }
  return { listed, complete: true };
}
