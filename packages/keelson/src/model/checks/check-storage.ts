import type { Backend } from "../../declare/backend.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { isFieldKey, keyKinds } from "../link-key.ts";
import { maxIdentifierBytes } from "../quote-identifier.ts";
import { duplicates } from "./check-name.ts";
import { type Findings, listed, shown } from "./findings.ts";
import { inField, inResource } from "./place.ts";

/** How many columns identify a record at most. */
const maxKeyParts = 8;
/** A type as SQL writes it: words or quoted names, a schema before it, a length, a zone. */
const typePattern =
  /^(?:(?:[a-z_][a-z0-9_]*|"(?:[^"]|"")+")\.)?(?:[a-z_][a-z0-9_]*|"(?:[^"]|"")+")(?: (?:precision|varying))?(?:\(\d{1,7}(?:, ?\d{1,4})?\))?(?: with(?:out)? time zone)?$/;

/** Where resources are kept, as far as they say so themselves: tables, keys, columns, views. */
export function checkStorage(findings: Findings, backend: Backend): void {
  const resources = new Map(backend.resources.map((resource) => [resource.name, resource]));
  for (const resource of backend.resources) {
    checkTable(findings, inResource(resource.name), resource.options.table);
    const sound = checkKey(findings, resource);
    if (resource.options.view === true) checkView(findings, resource);
    for (const [name, { spec }] of Object.entries(resource.fields)) {
      const where = inField(resource.name, name);
      checkColumns(findings, where, spec);
      if (sound) checkTargetKey(findings, where, spec, resources);
    }
  }
}

function checkTable(findings: Findings, where: string, table: unknown): void {
  if (table === undefined) return;
  const { schema, name } = (typeof table === "string" ? { name: table } : (table ?? {})) as {
    schema?: unknown;
    name?: unknown;
  };
  const fits = (text: unknown): text is string =>
    typeof text === "string" && text !== "" && Buffer.byteLength(text) <= maxIdentifierBytes;
  if (!fits(name) || (schema !== undefined && !fits(schema)))
    findings.blocker(
      "invalid-table",
      where,
      `table is ${shown(table)}.`,
      'Give a name of at most 63 bytes: table: "Invoices", or table: { schema: "sales", name: "Invoices" }.',
    );
  else if (schema?.includes(".") || (schema === undefined && (name.includes(".") || /^_[a-z]$/.test(name))))
    findings.blocker(
      "invalid-table",
      where,
      `table is ${shown(table)}, which could be taken for something else.`,
      schema === undefined
        ? `Name its schema too: table: { schema: "public", name: ${shown(name)} }.`
        : "Use a schema without a dot in its name.",
    );
}

function checkKey(findings: Findings, resource: AnyResource): boolean {
  const { key } = resource.options;
  const where = inResource(resource.name);
  if (key === undefined) return true;
  if (!isFieldKey(key)) {
    if (typeof key === "object" && key !== null && typeof key.column === "string" && key.column !== "")
      return true;
    findings.blocker(
      "invalid-key",
      where,
      `key is ${shown(key)}.`,
      'Use uuidKey(), integerKey() or bigintKey(); or name the fields that identify a record: key: ["code"].',
    );
    return false;
  }
  const fault = fieldKeyFault(resource, key);
  if (fault === undefined) return true;
  findings.blocker("invalid-key", where, fault.what, fault.instead);
  return false;
}

function fieldKeyFault(
  { fields, name: resource }: AnyResource,
  key: readonly string[],
): { readonly what: string; readonly instead: string } | undefined {
  const [twice] = duplicates(key);
  if (key.length === 0 || key.length > maxKeyParts)
    return {
      what: `key names ${key.length} fields.`,
      instead: `Name from 1 to ${maxKeyParts}, or leave it out: records then have UUIDs.`,
    };
  if (twice !== undefined) return { what: `key names "${twice}" twice.`, instead: "Name every field once." };
  for (const name of key) {
    const spec = Object.hasOwn(fields, name) ? fields[name]?.spec : undefined;
    if (!spec)
      return {
        what: `key names "${name}", which is not a field of "${resource}".`,
        instead:
          "Name declared fields; a key that the database makes is integerKey(), bigintKey() or uuidKey().",
      };
    if (!keyKinds.includes(spec.kind))
      return {
        what: `key names "${name}", which is of kind ${spec.kind}.`,
        instead: `Name fields of kind ${listed(keyKinds)}.`,
      };
    if (spec.optional || spec.writeOnly)
      return {
        what: `key names "${name}", which is ${spec.optional ? "optional" : "writeOnly"}.`,
        instead: "Whatever identifies a record is always there, and shown.",
      };
  }
  return undefined;
}

function checkView(findings: Findings, { name, options }: AnyResource): void {
  const where = inResource(name);
  if (options.key === undefined)
    findings.blocker(
      "view-key",
      where,
      "It is a view, and nothing says what identifies a row of it.",
      'Name the fields: key: ["customer", "month"]; or the column: key: integerKey({ column: "id" }).',
    );
  const rules = (["create", "update", "delete"] as const).filter(
    (rule) =>
      options.access?.[rule] !== undefined ||
      (options.operations ?? []).some((operation) => operation === rule),
  );
  if (rules.length > 0)
    findings.error(
      "view-write",
      where,
      `It is a view, and says who may ${listed(rules)}.`,
      "Leave that out: the rows of a view can only be read.",
    );
}

function checkColumns(findings: Findings, where: string, spec: FieldSpec): void {
  const { columns, columnType } = spec;
  if (columns !== undefined) checkColumnNames(findings, where, columns, columnCount(spec));
  if (columnType !== undefined && !typePattern.test(columnType))
    findings.blocker(
      "invalid-column",
      where,
      `${shown(columnType)} is not the name of a type as SQL writes it.`,
      'Write it in lower case, or in quotes as it is: "varchar(40)", "timestamp(3)", "\\"OrderStatus\\"".',
    );
}

function columnCount({ kind, currency }: FieldSpec): 0 | 1 | 2 {
  if (kind === "many" || kind === "manyToMany") return 0;
  return kind === "money" && currency === undefined ? 2 : 1;
}

const columnAdvice = {
  0: "Leave it out: relations to many have no column.",
  1: 'Name its column: .column("inv_dt").',
  2: 'Name both columns: .columns("price", "price_currency").',
} as const;

function checkColumnNames(
  findings: Findings,
  where: string,
  names: readonly unknown[],
  count: 0 | 1 | 2,
): void {
  if (names.length === count && names.every((name) => typeof name === "string" && name !== "")) return;
  findings.blocker("invalid-column", where, `Its columns are ${shown(names)}.`, columnAdvice[count]);
}

function checkTargetKey(
  findings: Findings,
  where: string,
  spec: FieldSpec,
  resources: ReadonlyMap<string, AnyResource>,
): void {
  if (spec.kind !== "reference" && spec.kind !== "manyToMany") return;
  const target = resources.get(targetName(spec) ?? "");
  const key = target?.options.key;
  if (!target || key === undefined || !isFieldKey(key) || key.length < 2) return;
  findings.blocker(
    "composite-target",
    where,
    `It refers to "${target.name}", which ${key.length} fields identify together; a reference is one column.`,
    `Declare the columns as fields of their own, or give "${target.name}" a key of one column.`,
  );
}

function targetName({ target }: FieldSpec): string | undefined {
  if (typeof target === "string") return target;
  try {
    return target?.().name;
  } catch {
    // Reported with the relations.
    return undefined;
  }
}
