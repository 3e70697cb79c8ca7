import { readRule } from "../declare/access.ts";
import { always, type Expr } from "../declare/expression.ts";
import type { FieldSpec } from "../declare/field-spec.ts";
import type { AnyResource } from "../declare/resource.ts";
import type { ColumnModel, FieldModel, KeptColumns, RelationModel } from "./app-model.ts";
import { columnNamesOf, columnsOf } from "./columns.ts";
import { derivedName } from "./derived-name.ts";
import { type DraftResource, databaseName } from "./draft-resource.ts";
import { idSpec, isFieldKey, keyColumnType, linkKey, targetSpec } from "./link-key.ts";
import { snakeCase } from "./names.ts";
import { bareTable, tableText } from "./table-name.ts";

type Drafts = ReadonlyMap<string, DraftResource>;

const base: FieldSpec = {
  kind: "uuid",
  optional: false,
  unique: false,
  immutable: true,
  readOnly: true,
  writeOnly: false,
};

/** What Keelson keeps of every record unless the resource says otherwise; printed after the declared fields. */
const keptFields: Readonly<Record<keyof KeptColumns, FieldSpec>> = {
  createdAt: {
    ...base,
    kind: "timestamp",
    default: { kind: "database", sql: "now()" },
    description: "When the record was created.",
  },
  updatedAt: {
    ...base,
    kind: "timestamp",
    default: { kind: "database", sql: "now()" },
    description: "When the record was last changed.",
  },
  version: {
    ...base,
    kind: "integer",
    default: { kind: "value", value: 1 },
    description: "Counts changes; the ETag.",
  },
};

/** Names that declared fields cannot have: those of the fields that every record of the resource has. */
export function systemFieldNames(resource: AnyResource): readonly string[] {
  const kept = keptOf(resource);
  const softDelete = (resource.options.mixins ?? []).some((mixin) => mixin?.softDelete === true);
  return [
    "id",
    ...Object.keys(keptFields).filter((name) => kept[name as keyof KeptColumns] !== undefined),
    ...(softDelete || !isAdapted(resource) ? ["deletedAt"] : []),
  ];
}

/** Whether a resource says of its table what Keelson would decide otherwise: then names mean what they say. */
const isAdapted = ({ options }: AnyResource): boolean =>
  options.view === true || options.timestamps !== undefined || options.version !== undefined;

/** The columns of Keelson's own fields. */
export function keptOf({ options }: AnyResource): KeptColumns {
  const { timestamps, version, view } = options;
  const stamp = (name: "createdAt" | "updatedAt", column: string) => {
    if (timestamps === false || (timestamps === undefined && view === true)) return undefined;
    const given = timestamps?.[name];
    if (given === false) return undefined;
    return typeof given === "object" ? given.column : (given ?? column);
  };
  return {
    createdAt: stamp("createdAt", "created_at"),
    updatedAt: stamp("updatedAt", "updated_at"),
    version:
      version === false || (version === undefined && view === true) ? undefined : (version ?? "version"),
  };
}

/** All fields of a resource in the order of printing. */
export function linkFields(draft: DraftResource, drafts: Drafts): ReadonlyMap<string, FieldModel> {
  const kept = keptOf(draft.declaration);
  const fields: FieldModel[] = [idField(draft, drafts)];
  for (const [name, field] of Object.entries(draft.declaration.fields)) {
    fields.push(declaredField(draft, drafts, name, field.spec));
  }
  for (const [name, spec] of Object.entries(keptFields)) {
    const column = kept[name as keyof KeptColumns];
    if (column !== undefined) fields.push(keptField(draft, name as keyof KeptColumns, column, spec));
  }
  return new Map(fields.map((field) => [field.name, Object.freeze(field)]));
}

/** A default key is a UUID like any other; every other id is worded as a reference to the record itself. */
function idField(draft: DraftResource, drafts: Drafts): FieldModel {
  const key = linkKey(draft, drafts);
  const [part] = key.parts;
  if (key.by === "keelson" && part) {
    const spec: FieldSpec = { ...base, description: "UUIDv7, assigned at creation.", columns: [part.column] };
    return systemField("id", spec, columnsOf(draft.table, "id", spec));
  }
  const spec: FieldSpec = {
    ...base,
    kind: "reference",
    key: idSpec(key),
    description: key.by === "database" ? "Assigned at creation." : "Made of the fields that identify it.",
  };
  if (key.by === "fields" || !part) return { ...systemField("id", spec, []), parts: key.parts };
  const column = {
    name: part.column,
    type: part.type,
    nullable: false,
    default: part.made === "default" ? "gen_random_uuid()" : undefined,
    checks: [],
    ...(part.made === undefined || part.made === "keelson" ? {} : { made: part.made }),
  };
  return systemField("id", spec, [column]);
}

function keptField(
  draft: DraftResource,
  name: keyof KeptColumns,
  column: string,
  spec: FieldSpec,
): FieldModel {
  const { timestamps } = draft.declaration.options;
  const given = timestamps && name !== "version" ? timestamps[name] : undefined;
  const unusual = typeof given === "object" ? given : undefined;
  const adapted: FieldSpec = {
    ...spec,
    columns: [column],
    ...(unusual?.type === undefined ? {} : { columnType: unusual.type }),
    ...(unusual?.optional === true ? { optional: true } : {}),
  };
  const columns = columnsOf(draft.table, name, adapted).map((one): ColumnModel => {
    if (unusual?.databaseDefault === "own") return { ...one, default: undefined, made: "default" };
    return unusual?.databaseDefault === false ? { ...one, defaultBy: "keelson" } : one;
  });
  return systemField(name, adapted, columns);
}

const systemField = (name: string, spec: FieldSpec, columns: FieldModel["columns"]): FieldModel => ({
  name,
  spec,
  system: true,
  columns,
  nullable: spec.optional,
  relation: undefined,
  read: always,
  write: always,
  creatable: false,
  updatable: false,
  required: false,
});

function declaredField(draft: DraftResource, drafts: Drafts, name: string, given: FieldSpec): FieldModel {
  const spec = linkSpec(given, drafts);
  const writable = spec.kind !== "many" && !spec.readOnly;
  const { key } = draft.declaration.options;
  const identifies = key !== undefined && isFieldKey(key) && key.includes(name);
  return {
    name,
    spec: identifies ? { ...spec, immutable: true } : spec,
    system: false,
    columns: columnsOf(draft.table, name, spec, keyColumnType(spec, drafts)),
    nullable: spec.optional,
    relation: relationOf(draft, drafts, name, spec),
    read: fieldRule(draft, name, "read"),
    write: fieldRule(draft, name, "write"),
    creatable: writable,
    updatable: writable && !spec.immutable && !identifies,
    required:
      writable &&
      spec.kind !== "manyToMany" &&
      !spec.optional &&
      spec.default === undefined &&
      spec.filled === undefined,
  };
}

/** A field that names records, knowing what their ids are; a UUID needs no word. */
export function linkSpec(spec: FieldSpec, drafts: Drafts): FieldSpec {
  const key = targetSpec(spec, drafts);
  return key === undefined || key.kind === "uuid" ? spec : { ...spec, key };
}

function fieldRule(draft: DraftResource, field: string, side: "read" | "write"): Expr {
  const rule = draft.rules.findLast((rules) => rules.fields?.[field]?.[side] !== undefined)?.fields?.[
    field
  ]?.[side];
  return rule === undefined ? always : readRule(rule as Parameters<typeof readRule>[0]);
}

function relationOf(
  draft: DraftResource,
  drafts: Drafts,
  name: string,
  spec: FieldSpec,
): RelationModel | undefined {
  if (spec.target === undefined) return undefined;
  const target = typeof spec.target === "string" ? spec.target : spec.target().name;
  const embedLimit = spec.embedLimit ?? 100;
  if (spec.kind === "reference") {
    const [column = ""] = columnNamesOf(name, spec);
    return {
      kind: "one",
      target,
      column,
      onDelete: spec.onDelete ?? "restrict",
      ...(spec.onUpdate === undefined ? {} : { onUpdate: spec.onUpdate }),
      ...(spec.deferrable === undefined ? {} : { deferrable: spec.deferrable }),
      constraint: databaseName(draft, derivedName(bareTable(draft.table), column, "fkey")),
    };
  }
  if (spec.kind === "many") {
    const via = spec.via ?? "";
    const back = drafts.get(target)?.declaration.fields[via]?.spec;
    const [column = ""] = back ? columnNamesOf(via, back) : [`${snakeCase(via)}_id`];
    return { kind: "many", target, via, column, embedLimit };
  }
  if (spec.join !== undefined) {
    const { table, own, target: other } = spec.join;
    return {
      kind: "manyToMany",
      target,
      joinTable: tableText(table),
      ownColumn: own,
      targetColumn: other,
      embedLimit,
    };
  }
  return {
    kind: "manyToMany",
    target,
    joinTable: `${draft.table}_${snakeCase(name)}`,
    ownColumn: `${snakeCase(draft.name)}_id`,
    // A relation to the same resource needs two names for its two ends.
    targetColumn:
      target === draft.name
        ? `other_${snakeCase(target)}_id`
        : `${snakeCase(drafts.get(target)?.name ?? target)}_id`,
    embedLimit,
  };
}
