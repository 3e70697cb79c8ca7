import { didYouMean } from "../../base/nearest.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { checkOptions } from "./check-options.ts";
import { type Findings, shown } from "./findings.ts";

const known = {
  resource: [
    "fields",
    "mixins",
    "access",
    "list",
    "indexes",
    "plural",
    "description",
    "operations",
    "batch",
    "transfers",
    "requireIfMatch",
    "limits",
    "cost",
    "cache",
    "renamedFrom",
    "table",
    "key",
    "timestamps",
    "version",
    "view",
    "derivedIndexes",
    "unmanaged",
    "databaseNames",
  ],
  access: ["read", "create", "update", "delete", "fields"],
  list: ["filter", "sort", "defaultSort", "defaultLimit", "maxLimit"],
  batch: ["maxItems"],
} as const;

/** The shape of a resource's options. TypeScript finds most of it; JavaScript and spread values get past it. */
export function checkResourceOptions(findings: Findings, where: string, { options }: AnyResource): void {
  checkOptions(findings, where, options, known.resource);
  checkOptions(findings, `${where}, access`, options.access, known.access);
  checkOptions(findings, `${where}, list`, options.list, known.list);
  for (const [position, mixin] of (options.mixins ?? []).entries())
    checkOptions(findings, `${where}, mixins[${position}].access`, mixin?.access, known.access);
  checkTexts(findings, `${where}, list.filter`, options.list?.filter);
  checkTexts(findings, `${where}, list.sort`, options.list?.sort);
  checkTexts(findings, `${where}, operations`, options.operations);
  checkBatch(findings, `${where}, batch`, options.batch);
  checkDefaultSort(findings, `${where}, list.defaultSort`, options.list?.defaultSort);
  checkTransfers(findings, `${where}, transfers`, options);
  const indexes: unknown = options.indexes;
  if (indexes !== undefined && !Array.isArray(indexes))
    findings.blocker(
      "invalid-index",
      where,
      `indexes is ${shown(indexes)}.`,
      'Give a list: indexes: [{ on: ["note"] }].',
    );
  else
    for (const [position, index] of (options.indexes ?? []).entries())
      checkIndexShape(findings, `${where}, indexes[${position}]`, index?.on);
}

function checkTexts(findings: Findings, where: string, given: unknown): void {
  if (given === undefined || (Array.isArray(given) && given.every((entry) => typeof entry === "string")))
    return;
  findings.blocker(
    "invalid-option",
    where,
    `It is ${shown(given)}.`,
    'Give a list of names: ["status", "createdAt"].',
  );
}

/** An answer of more would be larger than what clients like to wait for. */
const maxBatchItems = 1_000;

function checkBatch(findings: Findings, where: string, given: unknown): void {
  if (given === undefined || given === false) return;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    findings.blocker(
      "invalid-option",
      where,
      `It is ${shown(given)}.`,
      "Give { maxItems: 50 }, or false for a resource without batches.",
    );
    return;
  }
  checkOptions(findings, where, given, known.batch);
  const { maxItems } = given as { readonly maxItems?: unknown };
  if (maxItems === undefined) return;
  if (Number.isInteger(maxItems) && Number(maxItems) >= 1 && Number(maxItems) <= maxBatchItems) return;
  findings.blocker(
    "invalid-option",
    `${where}.maxItems`,
    `It is ${shown(maxItems)}.`,
    `Give a whole number from 1 to ${maxBatchItems}.`,
  );
}

function checkDefaultSort(findings: Findings, where: string, given: unknown): void {
  if (given === undefined || (typeof given === "string" && given !== "")) return;
  findings.blocker(
    "invalid-option",
    where,
    `It is ${shown(given)}.`,
    'Give keys, separated by commas: "-createdAt" or "name,-total.amount".',
  );
}

function checkIndexShape(findings: Findings, where: string, on: unknown): void {
  if (Array.isArray(on) && on.length > 0 && on.every((entry) => typeof entry === "string")) return;
  findings.blocker(
    "invalid-index",
    where,
    Array.isArray(on) && on.length === 0 ? "It names no fields." : `"on" is ${shown(on)}.`,
    'Name the fields: { on: ["customer", "-createdAt"] }.',
  );
}

const transferKinds: readonly string[] = ["import", "export"];

function checkTransfers(
  findings: Findings,
  where: string,
  { transfers, view }: AnyResource["options"],
): void {
  checkTexts(findings, where, transfers);
  if (!Array.isArray(transfers)) return;
  const unknown = transfers.find((kind) => !transferKinds.includes(kind));
  if (unknown !== undefined)
    findings.blocker(
      "invalid-option",
      where,
      `${shown(unknown)} is nothing that can be done with files.${didYouMean(String(unknown), transferKinds)}`,
      'Write transfers: ["import", "export"], or one of them.',
    );
  if (view === true && transfers.includes("import"))
    findings.blocker(
      "invalid-option",
      where,
      "The rows of a view cannot be written.",
      'Write transfers: ["export"].',
    );
}
