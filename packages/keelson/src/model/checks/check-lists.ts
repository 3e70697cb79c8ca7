import { didYouMean } from "../../base/nearest.ts";
import type { AppModel, FieldPath, ResourceModel } from "../app-model.ts";
import { resolveFieldPath } from "../field-path.ts";
import { parseSort } from "../sort-key.ts";
import { duplicates } from "./check-name.ts";
import { type Findings, listed, shown } from "./findings.ts";
import { inList, inResource } from "./place.ts";

/** Largest page that a list may give. */
const maxPageSize = 1_000;

/** What lists may be filtered and sorted by, and how long their pages are. */
export function checkLists(findings: Findings, model: AppModel): void {
  for (const declaration of model.backend.resources) {
    const resource = model.resources.get(declaration.name);
    const { list } = declaration.options;
    if (!resource) continue;
    checkOffered(findings, resource, declaration.options.operations);
    if (!list) continue;
    for (const option of ["filter", "sort"] as const) {
      const paths = list[option] ?? [];
      for (const text of paths) checkPath(findings, model, resource, option, text);
      for (const text of duplicates(paths))
        findings.error(
          "duplicate-name",
          inList(resource.name, option),
          `"${text}" is there twice.`,
          "Leave one of them out.",
        );
    }
    checkDefaultSort(findings, model, resource, list.defaultSort);
    checkLimits(findings, resource, list.defaultLimit, list.maxLimit);
    if (resource.access.read.op === "never" && (list.filter ?? list.sort) !== undefined)
      findings.warning(
        "unreadable-list",
        inList(resource.name, "filter"),
        "Nobody may read the records, so that nobody can filter or sort them.",
        "Declare access: { read: … }, or leave list out.",
      );
  }
}

function checkPath(
  findings: Findings,
  model: AppModel,
  resource: ResourceModel,
  option: "filter" | "sort",
  text: string,
): void {
  const where = inList(resource.name, option);
  if (option === "sort" && text.startsWith("-")) {
    findings.error(
      "invalid-path",
      where,
      `"${text}" gives a direction.`,
      `Write "${text.slice(1)}": clients choose the direction.`,
    );
    return;
  }
  const path = resolveFieldPath(model.resources, resource, text);
  if (path.ok) {
    checkReadable(findings, model, resource, where, path.value);
    return;
  }
  findings.error("invalid-path", where, sentence(path.error), "Name a field that can be compared.");
}

/** Filtering by what the caller may not read finds nothing, whoever asks. */
function checkReadable(
  findings: Findings,
  model: AppModel,
  resource: ResourceModel,
  where: string,
  path: FieldPath,
): void {
  let current: ResourceModel | undefined = resource;
  for (const name of [...path.hops, path.field]) {
    const field: ReturnType<ResourceModel["fields"]["get"]> = current?.fields.get(name);
    if (!current || !field) return;
    if (field.spec.writeOnly || field.read.op === "never") {
      findings.error(
        "unreadable-path",
        where,
        `"${path.text}" goes through "${name}" of "${current.name}", which ${field.spec.writeOnly ? "is writeOnly" : "nobody may read"}.`,
        "Leave it out.",
      );
      return;
    }
    if (!field.relation || name === path.field) continue;
    current = model.resources.get(field.relation.target);
    if (current?.access.read.op !== "never") continue;
    findings.error(
      "unreadable-path",
      where,
      `"${path.text}" goes through "${current.name}", which nobody may read.`,
      `Leave it out, or declare access: { read: … } in "${current.name}".`,
    );
    return;
  }
}

function checkDefaultSort(
  findings: Findings,
  model: AppModel,
  resource: ResourceModel,
  text: string | undefined,
): void {
  if (text === undefined) return;
  const where = inList(resource.name, "defaultSort");
  for (const fault of parseSort(model.resources, resource, text).faults)
    findings.error(
      "invalid-path",
      where,
      sentence(fault),
      "Name fields that can be compared, with - for descending.",
    );
}

function checkLimits(
  findings: Findings,
  resource: ResourceModel,
  defaultLimit: number | undefined,
  maxLimit: number | undefined,
): void {
  const wrong = Object.entries({ defaultLimit, maxLimit }).filter(
    ([, limit]) => limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= maxPageSize),
  );
  for (const [option, limit] of wrong)
    findings.error(
      "invalid-limit",
      inList(resource.name, option),
      `${option} is ${shown(limit)}.`,
      `Give a whole number from 1 to ${maxPageSize}.`,
    );
  const most = maxLimit ?? 200;
  if (wrong.length > 0 || defaultLimit === undefined || defaultLimit <= most) return;
  findings.error(
    "invalid-limit",
    inList(resource.name, "defaultLimit"),
    `defaultLimit ${defaultLimit} is greater than maxLimit ${most}.`,
    `Raise maxLimit to ${defaultLimit}, or lower defaultLimit.`,
  );
}

const standard = ["list", "get", "create", "update", "delete"] as const;
const ruleOf = { list: "read", get: "read", create: "create", update: "update", delete: "delete" } as const;

function checkOffered(
  findings: Findings,
  resource: ResourceModel,
  offered: readonly unknown[] | undefined,
): void {
  const where = `${inResource(resource.name)}, operations`;
  for (const name of offered ?? []) {
    const known = standard.find((operation) => operation === name);
    if (!known)
      findings.error(
        "unknown-option",
        where,
        `There is no standard operation ${shown(name)}.${didYouMean(String(name), standard)}`,
        `Use ${listed(standard)}; others are commands and queries.`,
      );
    else if (resource.access[ruleOf[known]].op === "never")
      findings.warning(
        "unreachable",
        where,
        `"${known}" is offered, but nobody may call it.`,
        `Declare access: { ${ruleOf[known]}: … }, or leave "${known}" out.`,
      );
  }
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
