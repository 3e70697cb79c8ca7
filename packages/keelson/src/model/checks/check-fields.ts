import type { Backend } from "../../declare/backend.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { columnNamesOf } from "../columns.ts";
import { keptOf, systemFieldNames } from "../link-fields.ts";
import { isFieldKey } from "../link-key.ts";
import { snakeCase } from "../names.ts";
import { maxIdentifierBytes } from "../quote-identifier.ts";
import { checkFieldSpec } from "./check-field-spec.ts";
import { checkName, duplicates } from "./check-name.ts";
import { tableFor } from "./check-resources.ts";
import { type Findings, listed } from "./findings.ts";
import { inField, inResource } from "./place.ts";

/** Parameters of lists, which would make a filter by a field of that name ambiguous. */
const listParameters = ["limit", "cursor", "sort", "fields", "expand", "filter"];
/** Words that join the conditions of a filter. */
const filterLogic = ["and", "or", "not"];
/** Columns that PostgreSQL gives every table. */
const systemColumns = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/** The fields of every resource: their names, what they are, and the columns that come of them. */
export function checkFields(findings: Findings, backend: Backend): void {
  for (const resource of backend.resources) {
    let sound = true;
    for (const [name, field] of Object.entries(resource.fields)) {
      const where = inField(resource.name, name);
      const named =
        checkName(findings, where, name) && checkReserved(findings, where, name, systemFieldNames(resource));
      const specified = checkFieldSpec(findings, where, field.spec, "stored");
      sound = sound && named && specified;
      if (named) checkJoinTable(findings, where, resource, name, field.spec);
    }
    if (sound) checkColumns(findings, resource);
    checkFieldRenames(findings, resource);
  }
}

function checkReserved(findings: Findings, where: string, name: string, own: readonly string[]): boolean {
  if (own.includes(name)) {
    findings.blocker(
      "reserved-name",
      where,
      `Every record has "${name}" already.`,
      name === "deletedAt"
        ? "Leave it out; a mixin with softDelete: true keeps it."
        : "Leave it out, or choose another name.",
    );
    return false;
  }
  if (listParameters.includes(name)) {
    findings.blocker(
      "reserved-name",
      where,
      `"${name}" is a parameter of every list, so that ?${name}=… could not filter by the field.`,
      `Choose another name, e.g. "${name}Value".`,
    );
    return false;
  }
  if (filterLogic.includes(name)) {
    findings.blocker(
      "reserved-name",
      where,
      `"${name}" joins conditions in a filter, so that no filter could name the field.`,
      "Choose another name.",
    );
    return false;
  }
  if (systemColumns.includes(name)) {
    findings.blocker(
      "reserved-name",
      where,
      `PostgreSQL gives every table a column "${name}" of its own.`,
      "Choose another name.",
    );
    return false;
  }
  return true;
}

/** Two fields must not end in one column: `orderId` and a reference `order` would. */
function checkColumns(findings: Findings, resource: AnyResource): void {
  const { key } = resource.options;
  const kept = Object.entries(keptOf(resource)).flatMap(([name, column]): [string, string][] =>
    column === undefined ? [] : [[column, name]],
  );
  const owners = new Map<string, string>([
    ...(key !== undefined && isFieldKey(key) ? [] : [[key?.column ?? "id", "id"] as const]),
    ...kept,
  ]);
  for (const [name, field] of Object.entries(resource.fields)) {
    for (const column of columnNamesOf(name, field.spec)) {
      const where = inField(resource.name, name);
      if (Buffer.byteLength(column) > maxIdentifierBytes)
        findings.blocker(
          "identifier-too-long",
          where,
          `Its column would be called "${column}", which has ${Buffer.byteLength(column)} bytes; PostgreSQL keeps ${maxIdentifierBytes}.`,
          "Choose a shorter name.",
        );
      const owner = owners.get(column);
      if (owner !== undefined)
        findings.blocker(
          "duplicate-column",
          where,
          `Its column "${column}" is also the column of field "${owner}".`,
          "Rename one of the two fields.",
        );
      owners.set(column, name);
    }
  }
}

function checkJoinTable(
  findings: Findings,
  where: string,
  resource: AnyResource,
  name: string,
  spec: FieldSpec,
): void {
  if (spec.kind !== "manyToMany" || spec.join !== undefined) return;
  const table = `${tableFor(resource)}_${snakeCase(name)}`;
  if (Buffer.byteLength(table) <= maxIdentifierBytes) return;
  findings.blocker(
    "identifier-too-long",
    where,
    `Its join table would be called "${table}", which has ${Buffer.byteLength(table)} bytes; PostgreSQL keeps ${maxIdentifierBytes}.`,
    "Choose a shorter name for the field, or a shorter plural for the resource.",
  );
}

function checkFieldRenames(findings: Findings, resource: AnyResource): void {
  const renamed = Object.entries(resource.fields).flatMap(([name, field]) =>
    field.spec.renamedFrom === undefined ? [] : [{ name, from: field.spec.renamedFrom }],
  );
  for (const { name, from } of renamed) {
    const where = inField(resource.name, name);
    if (from === name)
      findings.error("rename-clash", where, "It is renamed from its own name.", "Remove renamedFrom().");
    else if (Object.hasOwn(resource.fields, from) || systemFieldNames(resource).includes(from))
      findings.error(
        "rename-clash",
        where,
        `It is renamed from "${from}", which is still a field of "${resource.name}".`,
        systemFieldNames(resource).includes(from)
          ? "Remove renamedFrom()."
          : `Remove renamedFrom(), or remove field "${from}".`,
      );
  }
  for (const from of duplicates(renamed.map((entry) => entry.from)))
    findings.error(
      "rename-clash",
      inResource(resource.name),
      `Fields ${listed(
        renamed.filter((entry) => entry.from === from).map((entry) => entry.name),
        "and",
      )} are both renamed from "${from}".`,
      "Keep renamedFrom() in the one that takes over the values.",
    );
}
