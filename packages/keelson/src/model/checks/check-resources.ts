import type { Backend } from "../../declare/backend.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { kebabCase, pluralOf, snakeCase } from "../names.ts";
import { maxIdentifierBytes } from "../quote-identifier.ts";
import { tableText } from "../table-name.ts";
import { checkName, duplicates } from "./check-name.ts";
import { checkResourceOptions } from "./check-resource-options.ts";
import type { Findings } from "./findings.ts";
import { listed } from "./findings.ts";
import { inResource } from "./place.ts";

/** Names of resources, and what is derived from them: no two may give the same path or table. */
export function checkResources(findings: Findings, backend: Backend): void {
  for (const resource of backend.resources) {
    const where = inResource(String(resource.name));
    if (!checkName(findings, where, resource.name)) continue;
    if (resource.options.plural !== undefined) checkPlural(findings, where, resource.options.plural);
    checkTableLength(findings, resource, where);
    checkResourceOptions(findings, where, resource);
  }
  const names = backend.resources.map((resource) => resource.name);
  for (const name of duplicates(names))
    findings.blocker(
      "duplicate-name",
      inResource(name),
      "Two resources have this name.",
      "Rename one of them, and declare renamedFrom there if it has a table already.",
    );
  if (findings.linkable) checkPluralsDiffer(findings, backend.resources);
  checkResourceRenames(findings, backend.resources);
}

export const pluralFor = (resource: AnyResource): string =>
  resource.options.plural ?? pluralOf(resource.name);

export const tableFor = (resource: AnyResource): string =>
  resource.options.table === undefined ? snakeCase(pluralFor(resource)) : tableText(resource.options.table);

function checkPlural(findings: Findings, where: string, plural: unknown): void {
  checkName(findings, `${where}, plural`, plural);
}

function checkTableLength(findings: Findings, resource: AnyResource, where: string): void {
  if (resource.options.table !== undefined) return;
  const table = tableFor(resource);
  if (Buffer.byteLength(table) <= maxIdentifierBytes) return;
  findings.blocker(
    "identifier-too-long",
    where,
    `Its table would be called "${table}", which has ${Buffer.byteLength(table)} bytes; PostgreSQL keeps ${maxIdentifierBytes}.`,
    "Choose a shorter name, or a shorter plural.",
  );
}

function checkPluralsDiffer(findings: Findings, resources: readonly AnyResource[]): void {
  checkPathsDiffer(findings, resources);
  const byTable = Map.groupBy(resources, tableFor);
  for (const [table, same] of byTable) {
    if (same.length < 2) continue;
    const path = kebabCase(pluralFor(same[0] as AnyResource));
    findings.blocker(
      "duplicate-table",
      inResource(same[1]?.name ?? ""),
      `${listed(
        same.map((resource) => resource.name),
        "and",
      )} would both have the table "${table}" and the path "/v1/${path}".`,
      'Declare another plural in one of them, e.g. plural: "otherThings".',
    );
  }
}

/** Two declared tables may still end up at one path. */
function checkPathsDiffer(findings: Findings, resources: readonly AnyResource[]): void {
  for (const [plural, same] of Map.groupBy(resources, pluralFor)) {
    if (same.length < 2 || new Set(same.map(tableFor)).size < same.length) continue;
    findings.blocker(
      "duplicate-path",
      inResource(same[1]?.name ?? ""),
      `${listed(
        same.map((resource) => resource.name),
        "and",
      )} would both have the path "/v1/${kebabCase(plural)}".`,
      'Declare another plural in one of them, e.g. plural: "otherThings".',
    );
  }
}

function checkResourceRenames(findings: Findings, resources: readonly AnyResource[]): void {
  const names = resources.map((resource) => resource.name);
  const renamed = resources.filter((resource) => resource.options.renamedFrom !== undefined);
  for (const resource of renamed) {
    const from = String(resource.options.renamedFrom);
    const where = inResource(resource.name);
    if (from === resource.name)
      findings.error("rename-clash", where, "It is renamed from its own name.", "Remove renamedFrom.");
    else if (names.includes(from))
      findings.error(
        "rename-clash",
        where,
        `It is renamed from "${from}", which is still declared.`,
        `Remove renamedFrom, or remove resource "${from}".`,
      );
  }
  for (const from of duplicates(renamed.map((resource) => String(resource.options.renamedFrom))))
    findings.error(
      "rename-clash",
      "resources",
      `${listed(
        renamed.filter((resource) => resource.options.renamedFrom === from).map((resource) => resource.name),
        "and",
      )} are both renamed from "${from}".`,
      "Keep renamedFrom in the one that takes over the rows.",
    );
}
