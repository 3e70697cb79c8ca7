import { readRule } from "../declare/access.ts";
import type { Backend } from "../declare/backend.ts";
import type { Fields } from "../declare/field.ts";
import type { FieldSpec } from "../declare/field-spec.ts";
import type { CustomOperation } from "../declare/operation.ts";
import type {
  BatchOperationModel,
  CustomOperationModel,
  OperationModel,
  ResourceModel,
  StandardOperationModel,
  WriteKind,
} from "./app-model.ts";
import { linkCache } from "./cache-model.ts";
import type { DraftResource } from "./draft-resource.ts";
import { linkSpec } from "./link-fields.ts";
import { linkTransfers } from "./link-transfers.ts";
import { snakeCase } from "./names.ts";

type Drafts = ReadonlyMap<string, DraftResource>;

/** All operations of the back end by name: the standard ones of each resource, then commands and queries. */
export function linkOperations(
  backend: Backend,
  resources: ReadonlyMap<string, ResourceModel>,
  drafts: Drafts,
): ReadonlyMap<string, OperationModel> {
  const standard = [...resources.values()].flatMap((resource) =>
    [...resource.operations].map(
      (kind): StandardOperationModel => ({
        kind,
        name: `${resource.name}.${kind}`,
        resource,
        effect: kind === "list" || kind === "get" ? "read" : "write",
        ...(kind === "list" || kind === "get" ? cacheOf(backend, resource, kind) : {}),
      }),
    ),
  );
  const batches = [...resources.values()].flatMap((resource) => batchOf(resource, standard) ?? []);
  const custom = [...(backend.commands ?? []), ...(backend.queries ?? [])].map((declaration) =>
    linkCustom(declaration, resources, drafts),
  );
  return new Map(
    [...standard, ...batches, ...custom, ...linkTransfers(resources.values())].map((operation) => [
      operation.name,
      Object.freeze(operation),
    ]),
  );
}

/** The batch form of what a resource offers to write; undefined where that is nothing, or it wants none. */
function batchOf(
  resource: ResourceModel,
  standard: readonly StandardOperationModel[],
): BatchOperationModel | undefined {
  const writes = standard.filter((operation) => operation.resource === resource && isWrite(operation.kind));
  if (resource.maxBatchItems === undefined || writes.length === 0) return undefined;
  return newBatchOperation(resource, writes, resource.maxBatchItems);
}

const isWrite = (kind: StandardOperationModel["kind"]): kind is WriteKind =>
  kind !== "list" && kind !== "get";

/** Several writes of a resource as one operation. */
export const newBatchOperation = (
  resource: ResourceModel,
  writes: readonly StandardOperationModel[],
  maxItems: number,
): BatchOperationModel => ({
  kind: "batch",
  name: `${resource.name}.batch`,
  resource,
  effect: "write",
  writes: new Map(writes.map((operation) => [operation.kind as WriteKind, operation])),
  maxItems,
});

function cacheOf(
  backend: Backend,
  { name }: ResourceModel,
  kind: "list" | "get",
): Pick<StandardOperationModel, "cache"> {
  const cache = backend.resources.find((resource) => resource.name === name)?.options.cache;
  return cache === undefined || (cache.on ?? [kind]).includes(kind) ? { cache: linkCache(cache) } : {};
}

/** One command, query or run of a job. */
export function linkCustom(
  declaration: CustomOperation,
  resources: ReadonlyMap<string, ResourceModel>,
  drafts: Drafts,
): CustomOperationModel {
  const resource = declaration.resource && resources.get(declaration.resource.name);
  return {
    kind: "custom",
    name: resource ? `${resource.name}.${declaration.name}` : declaration.name,
    on: declaration.on,
    resource,
    effect: declaration.effect,
    declaration,
    cache: linkCache(declaration.cache),
    idempotency: declaration.idempotency ?? "optional",
    access: readRule(declaration.access),
    input: inputOf(declaration.input, drafts),
    output: outputOf(declaration, resources, drafts),
    errors: new Map(Object.entries(declaration.errors).map(([name, error]) => [snakeCase(name), error])),
  };
}

function inputOf(
  input: CustomOperation["input"],
  drafts: Drafts,
): ReadonlyMap<string, FieldSpec> | undefined {
  if (input === undefined) return new Map();
  return "~standard" in input ? undefined : specsOf(input as Fields, drafts);
}

function outputOf(
  declaration: CustomOperation,
  resources: ReadonlyMap<string, ResourceModel>,
  drafts: Drafts,
): CustomOperationModel["output"] {
  const { output } = declaration;
  if (output === undefined) return { kind: "none" };
  if (isResource(output)) {
    const resource = resources.get(output.name);
    if (resource) return { kind: "resource", resource };
  }
  return { kind: "fields", fields: specsOf(output as Fields, drafts) };
}

const isResource = (
  output: NonNullable<CustomOperation["output"]>,
): output is Extract<CustomOperation["output"], { type: "resource" }> =>
  "type" in output && (output as { type?: unknown }).type === "resource";

const specsOf = (fields: Fields, drafts: Drafts): ReadonlyMap<string, FieldSpec> =>
  new Map(Object.entries(fields).map(([name, field]) => [name, linkSpec(field.spec, drafts)]));
