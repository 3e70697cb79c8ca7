import { didYouMean } from "../../base/nearest.ts";
import type { IndexOptions } from "../../declare/resource.ts";
import type { AppModel, FieldModel, IndexModel, ResourceModel } from "../app-model.ts";
import { defaultTextMax } from "../columns.ts";
import type { DraftResource } from "../draft-resource.ts";
import { tableParts } from "../table-name.ts";
import { type Findings, listed, shown } from "./findings.ts";
import { inField, inIndex, inResource } from "./place.ts";

/** Longest text that surely fits an entry of an index: PostgreSQL keeps 2,700 bytes, a character may take four. */
const maxIndexedLength = 600;

/** Declared indexes, and that all names in the database differ. */
export function checkIndexes(findings: Findings, model: AppModel): void {
  for (const declaration of model.backend.resources) {
    const resource = model.resources.get(declaration.name);
    if (!resource) continue;
    for (const [position, index] of declaredIndexes(declaration).entries())
      for (const entry of index.on) checkEntry(findings, resource, inIndex(resource.name, position), entry);
    for (const field of resource.fields.values()) {
      if (field.spec.unique) checkLength(findings, inField(resource.name, field.name), field);
    }
    checkTwins(findings, resource);
  }
  checkRelationNames(findings, model);
}

/** In the order in which they are linked: those of mixins first. */
const declaredIndexes = ({ options }: DraftResource["declaration"]): readonly IndexOptions[] => [
  ...(options.mixins ?? []).flatMap((mixin) => mixin.indexes ?? []),
  ...(options.indexes ?? []),
];

function checkEntry(findings: Findings, resource: ResourceModel, where: string, entry: string): void {
  const [name = "", part, ...rest] = entry.replace(/^-/, "").split(".");
  const field = resource.fields.get(name);
  if (!field) {
    findings.error(
      "invalid-index",
      where,
      `"${resource.name}" has no field "${name}".${didYouMean(name, [...resource.fields.keys()])}`,
      "Name a declared field.",
    );
    return;
  }
  if (field.columns.length === 0 || ["json", "list", "object"].includes(field.spec.kind)) {
    findings.error(
      "invalid-index",
      where,
      `"${name}" is of kind ${field.spec.kind}, which such an index cannot hold.`,
      "Leave it out; for JSON, write the index in a migration.",
    );
    return;
  }
  const parts = field.spec.kind === "money" ? ["amount", ...(field.spec.currency ? [] : ["currency"])] : [];
  if (part !== undefined && (rest.length > 0 || !parts.includes(part)))
    findings.error(
      "invalid-index",
      where,
      `"${entry}" goes through "${name}", which is of kind ${field.spec.kind}.`,
      parts.length > 0
        ? `Money has ${listed(parts, "and")}.`
        : "An index holds columns of its own table only.",
    );
  else checkLength(findings, where, field);
}

function checkLength(findings: Findings, where: string, field: FieldModel): void {
  const max = Number(field.spec.max ?? defaultTextMax);
  // A column whose type is declared has its index already.
  if (field.spec.kind !== "text" || max <= maxIndexedLength || field.spec.columnType !== undefined) return;
  findings.warning(
    "long-index-entry",
    where,
    `An index entry of PostgreSQL holds about 2,700 bytes, and "${field.name}" may have ${max} characters: long values could not be stored.`,
    `Declare text({ max: 200 }), or any max up to ${maxIndexedLength}.`,
  );
}

/** Two indexes over the same columns cost twice and help once; their names, too, come of the columns. */
function checkTwins(findings: Findings, resource: ResourceModel): void {
  const byColumns = Map.groupBy(resource.indexes, (index) =>
    index.columns.map(({ column }) => column).join(),
  );
  for (const same of byColumns.values()) {
    if (same.length < 2) continue;
    findings.error(
      "duplicate-index",
      inResource(resource.name),
      `Two indexes hold ${listed(same[0]?.fields ?? [], "and")}.`,
      twinAdvice(same),
    );
  }
}

function twinAdvice(same: readonly IndexModel[]): string {
  if (same.some((index) => index.origin === "unique"))
    return "Leave the declared one out: a unique field has its index.";
  if (same.some((index) => index.origin === "sort"))
    return "Leave the declared one out: what lists are sorted by has its index, with both columns in one direction.";
  return "Leave one of them out: PostgreSQL reads an index from both ends.";
}

/** Tables and indexes share one namespace in PostgreSQL. */
function checkRelationNames(findings: Findings, model: AppModel): void {
  const owners = new Map<string, string>();
  const claim = (name: string, owner: string, where: string, schema?: string) => {
    const key = schema === undefined ? name : `${schema}.${name}`;
    const other = owners.get(key);
    owners.set(key, owner);
    if (other !== undefined && other !== owner)
      findings.error(
        "duplicate-table",
        where,
        `${sentence(owner)} and ${other} would both be called ${shown(name)} in the database.`,
        "Rename one of the fields, or choose another plural.",
      );
  };
  for (const resource of model.resources.values())
    claim(resource.table, `the table of "${resource.name}"`, inResource(resource.name));
  for (const resource of model.resources.values()) {
    for (const { name, relation } of resource.manyToMany)
      if (relation?.kind === "manyToMany")
        claim(
          relation.joinTable,
          `the join table of "${resource.name}.${name}"`,
          inField(resource.name, name),
        );
    // Two of one resource are reported above.
    for (const index of resource.indexes)
      claim(
        index.name,
        `an index of "${resource.name}"`,
        inResource(resource.name),
        tableParts(resource.table).schema,
      );
  }
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
