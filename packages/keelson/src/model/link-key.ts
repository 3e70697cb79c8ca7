import type { FieldSpec } from "../declare/field-spec.ts";
import type { GeneratedKey } from "../declare/key.ts";
import { uuidKey } from "../declare/key.ts";
import type { KeyModel, KeyPart } from "./app-model.ts";
import { columnNamesOf, columnTypeOf } from "./columns.ts";
import type { DraftResource } from "./draft-resource.ts";

type Drafts = ReadonlyMap<string, DraftResource>;

const plain = {
  optional: false,
  unique: false,
  immutable: true,
  readOnly: true,
  writeOnly: false,
} as const;

const uuid: FieldSpec = { ...plain, kind: "uuid" };
const int64: FieldSpec = { ...plain, kind: "bigint" };
const bounded = { smallint: 2 ** 15, integer: 2 ** 31 } as const;

/** Kinds that identify a record: compared exactly, and printed in one way only. */
export const keyKinds: readonly FieldSpec["kind"][] = [
  "text",
  "choice",
  "email",
  "url",
  "integer",
  "bigint",
  "uuid",
  "date",
  "reference",
];

/** The key of a resource: the columns that hold it, and what each of them is as a part of the id. */
export function linkKey(draft: DraftResource, drafts: Drafts): KeyModel {
  const given = draft.declaration.options.key ?? uuidKey();
  if (isFieldKey(given)) {
    return { by: "fields", parts: given.map((name) => fieldPart(draft, drafts, name)) };
  }
  const part: KeyPart = {
    column: given.column,
    type: given.type,
    spec: generatedSpec(given),
    field: "id",
    made: given.by,
  };
  return { by: given.by === "keelson" ? "keelson" : "database", parts: [part] };
}

export const isFieldKey = (
  key: NonNullable<DraftResource["declaration"]["options"]["key"]>,
): key is readonly [string, ...string[]] => Array.isArray(key);

function generatedSpec({ type }: GeneratedKey): FieldSpec {
  return type === "uuid" ? uuid : type === "bigint" ? int64 : intSpec(bounded[type]);
}

const intSpec = (beyond: number): FieldSpec => ({ ...int64, min: String(-beyond), max: String(beyond - 1) });

function fieldPart(draft: DraftResource, drafts: Drafts, name: string): KeyPart {
  const spec = draft.declaration.fields[name]?.spec;
  if (!spec) throw new RangeError(`"${draft.name}" has no field "${name}" for its key`);
  const target = targetSpec(spec, drafts);
  const key = target ?? partSpec(spec);
  return {
    column: columnNamesOf(name, spec)[0] ?? name,
    type: columnTypeOf(spec, target ? keyColumnType(spec, drafts) : undefined),
    spec: key,
    field: name,
    made: undefined,
  };
}

/** A declared field as a part of an id. */
function partSpec(spec: FieldSpec): FieldSpec {
  if (spec.kind === "integer") return intSpec(spec.columnType === "smallint" ? bounded.smallint : 2 ** 31);
  return { ...plain, ...pick(spec), kind: spec.kind };
}

const pick = ({ choices, max, pattern, columnType }: FieldSpec): Partial<FieldSpec> => ({
  ...(choices === undefined ? {} : { choices }),
  ...(max === undefined ? {} : { max }),
  ...(pattern === undefined ? {} : { pattern }),
  ...(columnType === undefined ? {} : { columnType }),
});

/** What an id of the resource that a relation leads to is; undefined for other fields. */
export function targetSpec(spec: FieldSpec, drafts: Drafts): FieldSpec | undefined {
  const target = targetDraft(spec, drafts);
  return target && idSpec(linkKey(target, drafts));
}

/** The type of the column that a reference needs. */
export function keyColumnType(spec: FieldSpec, drafts: Drafts): string {
  const target = targetDraft(spec, drafts);
  return (target && linkKey(target, drafts).parts[0]?.type) ?? "uuid";
}

function targetDraft(spec: FieldSpec, drafts: Drafts): DraftResource | undefined {
  if (spec.target === undefined) return undefined;
  return drafts.get(typeof spec.target === "string" ? spec.target : spec.target().name);
}

/** What an id is as a whole. */
export function idSpec(key: KeyModel): FieldSpec {
  const [only] = key.parts;
  return key.parts.length === 1 && only ? only.spec : { ...plain, kind: "text", max: 2_000 };
}
