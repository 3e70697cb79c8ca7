import { didYouMean } from "../../base/nearest.ts";
import { readRule } from "../../declare/access.ts";
import type { Backend } from "../../declare/backend.ts";
import type { AccessRules, AnyResource } from "../../declare/resource.ts";
import { type Findings, shown } from "./findings.ts";
import { inFieldRule, inOperation, inRule } from "./place.ts";

const operations = ["read", "create", "update", "delete"] as const;

/** Runs every rule once: one that throws, or that is no function, is reported here and not met again. */
export function checkRulesReadable(findings: Findings, backend: Backend): void {
  for (const resource of backend.resources) {
    for (const access of accessOf(resource)) checkAccess(findings, resource, access);
  }
  for (const operation of [...(backend.commands ?? []), ...(backend.queries ?? [])])
    checkRule(findings, `${inOperation(operation)}, access`, operation.access, operation.on === "row");
}

/** The rules of the mixins and of the resource itself. */
const accessOf = (resource: AnyResource): readonly AccessRules[] =>
  [...(resource.options.mixins ?? []).map((mixin) => mixin?.access), resource.options.access].filter(
    (access) => access !== undefined,
  );

function checkAccess(findings: Findings, resource: AnyResource, access: AccessRules): void {
  for (const operation of operations) {
    if (access[operation] !== undefined)
      checkRule(findings, inRule(resource.name, operation), access[operation]);
  }
  for (const [field, sides] of Object.entries(access.fields ?? {})) {
    if (!Object.hasOwn(resource.fields, field)) {
      findings.error(
        "unknown-field",
        inRule(resource.name, `fields.${field}`),
        `"${resource.name}" has no field "${field}".${didYouMean(field, Object.keys(resource.fields))}`,
        "Name a declared field.",
      );
      continue;
    }
    for (const [side, rule] of Object.entries(sides ?? {})) {
      const where = inFieldRule(resource.name, field, side);
      if (side === "read" || side === "write") checkRule(findings, where, rule);
      else
        findings.error("unknown-option", where, `A field has no rule "${side}".`, 'Use "read" or "write".');
    }
  }
}

/** What a rule may look like, for rules over a row and for those that see only the caller. */
const shapes = {
  row: "(row, caller) => eq(row.owner, caller.id), or everyone, or nobody",
  caller: '(caller) => caller.is("manager"), or everyone, or nobody',
} as const;

function checkRule(findings: Findings, where: string, rule: unknown, hasRow = true): void {
  if (typeof rule !== "function") {
    findings.blocker(
      "invalid-rule",
      where,
      rule === undefined ? "There is no rule." : `The rule is ${shown(rule)}, not a function.`,
      typeof rule === "boolean"
        ? `Write ${rule ? "everyone" : "nobody"}.`
        : `Give a function: ${shapes[hasRow ? "row" : "caller"]}.`,
    );
    return;
  }
  try {
    readRule(rule as Parameters<typeof readRule>[0]);
  } catch (error) {
    findings.blocker(
      "invalid-rule",
      where,
      `The rule cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      hasRow
        ? "Rules run once, at boot, and return a condition made with eq(), and(), or() … They cannot look at values."
        : `There is no row here; decide by the caller alone: ${shapes.caller}.`,
    );
  }
}
