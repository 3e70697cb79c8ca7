import { readRule } from "../declare/access.ts";
import type { Backend } from "../declare/backend.ts";
import { type Expr, never } from "../declare/expression.ts";
import type { AnyResource } from "../declare/resource.ts";
import type { AppModel, FieldModel, ResourceModel } from "./app-model.ts";
import { derivedName } from "./derived-name.ts";
import { type DraftResource, databaseName } from "./draft-resource.ts";
import { resolveFieldPath } from "./field-path.ts";
import { keptOf, linkFields } from "./link-fields.ts";
import { linkIndexes } from "./link-indexes.ts";
import { linkIntegrations } from "./link-integrations.ts";
import { linkJobs } from "./link-jobs.ts";
import { linkKey } from "./link-key.ts";
import { linkLimits } from "./link-limits.ts";
import { linkOperations } from "./link-operations.ts";
import { kebabCase, pluralOf, snakeCase } from "./names.ts";
import { parseSort } from "./sort-key.ts";
import { bareTable, tableText } from "./table-name.ts";
import { linkVersions } from "./version/link-versions.ts";

/**
 * Links declarations that `checkDeclarations` found no error in: resolves names, reads the rules into data
 * and derives tables, columns, indexes and operations.
 */
export function linkModel(backend: Backend): AppModel {
  const drafts = new Map(backend.resources.map((resource) => [resource.name, draftOf(resource)]));
  const fieldsOf = new Map([...drafts].map(([name, draft]) => [name, linkFields(draft, drafts)]));
  const shells = new Map(
    [...drafts].map(([name]) => [
      name,
      { name, fields: fieldsOf.get(name) ?? new Map<string, FieldModel>() },
    ]),
  );
  const resources = new Map([...drafts].map(([name, draft]) => [name, linkResource(draft, shells, drafts)]));
  const operations = linkOperations(backend, resources, drafts);
  return linkVersions({
    name: backend.name,
    backend,
    resources,
    operations,
    jobs: linkJobs(backend, drafts),
    integrations: linkIntegrations(backend, drafts),
    limits: linkLimits(backend, operations.values()),
    issuers: backend.auth?.issuers ?? [],
  });
}

function draftOf(resource: AnyResource): DraftResource {
  const plural = resource.options.plural ?? pluralOf(resource.name);
  const mixins = resource.options.mixins ?? [];
  return {
    name: resource.name,
    plural,
    table: tableText(resource.options.table ?? snakeCase(plural)),
    declaration: resource,
    softDelete: mixins.some((mixin) => mixin.softDelete === true),
    rules: [...mixins.map((mixin) => mixin.access), resource.options.access].filter(
      (rules) => rules !== undefined,
    ),
  };
}

type Shells = ReadonlyMap<string, Pick<ResourceModel, "name" | "fields">>;

function linkResource(
  draft: DraftResource,
  shells: Shells,
  drafts: ReadonlyMap<string, DraftResource>,
): ResourceModel {
  const { options } = draft.declaration;
  const fields = shells.get(draft.name)?.fields ?? new Map<string, FieldModel>();
  const shell = { name: draft.name, fields };
  const key = linkKey(draft, drafts);
  const kept = keptOf(draft.declaration);
  const defaultSort = options.list?.defaultSort ?? (kept.createdAt === undefined ? "id" : "-createdAt");
  const access = {
    read: ruleOf(draft, "read"),
    create: ruleOf(draft, "create"),
    update: ruleOf(draft, "update"),
    delete: ruleOf(draft, "delete"),
  };
  const paths = (texts: readonly string[] | undefined) =>
    (texts ?? []).flatMap((text) => {
      const path = resolveFieldPath(shells, shell, text);
      return path.ok ? [path.value] : [];
    });
  const maxLimit = options.list?.maxLimit ?? 200;
  return Object.freeze({
    name: draft.name,
    plural: draft.plural,
    path: kebabCase(draft.plural),
    table: draft.table,
    key,
    kept,
    view: options.view ?? false,
    unmanaged: options.unmanaged ?? [],
    keyName: databaseName(draft, derivedName(bareTable(draft.table), "pkey")),
    description: options.description,
    renamedFrom: options.renamedFrom,
    fields,
    manyToMany: [...fields.values()].filter((field) => field.relation?.kind === "manyToMany"),
    access,
    list: {
      filter: paths(options.list?.filter),
      sort: paths(options.list?.sort),
      defaultSort: parseSort(shells, shell, defaultSort).keys,
      defaultLimit: Math.min(options.list?.defaultLimit ?? 50, maxLimit),
      maxLimit,
    },
    indexes: options.view ? [] : linkIndexes(draft, fields, { key, defaultSort }),
    softDelete: draft.softDelete,
    requireIfMatch: options.requireIfMatch ?? false,
    transfers: new Set(options.transfers ?? []),
    maxBatchItems: options.batch === false ? undefined : (options.batch?.maxItems ?? 100),
    operations: new Set(options.operations ?? offered(access)),
  });
}

/** A rule of the resource replaces the same rule of its mixins. */
function ruleOf(draft: DraftResource, operation: "read" | "create" | "update" | "delete"): Expr {
  const rule = draft.rules.findLast((rules) => rules[operation] !== undefined)?.[operation];
  return rule === undefined ? never : readRule(rule as Parameters<typeof readRule>[0]);
}

function offered(access: ResourceModel["access"]): ("list" | "get" | "create" | "update" | "delete")[] {
  const readable = access.read !== never;
  return [
    ...(readable ? (["list", "get"] as const) : []),
    ...(access.create === never ? [] : (["create"] as const)),
    ...(access.update === never ? [] : (["update"] as const)),
    ...(access.delete === never ? [] : (["delete"] as const)),
  ];
}
