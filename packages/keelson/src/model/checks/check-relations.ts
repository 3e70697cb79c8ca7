import { didYouMean } from "../../base/nearest.ts";
import type { Backend } from "../../declare/backend.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { type Findings, listed, shown } from "./findings.ts";
import { inField } from "./place.ts";

/** Most related rows that `expand` may embed. */
const maxEmbedLimit = 1_000;

/** That every relation leads to a resource of the back end, and every inverse back to its reference. */
export function checkRelations(findings: Findings, backend: Backend): void {
  const resources = new Map(backend.resources.map((resource) => [resource.name, resource]));
  for (const resource of backend.resources) {
    for (const [name, field] of Object.entries(resource.fields)) {
      const where = inField(resource.name, name);
      const { spec } = field;
      if (!["reference", "many", "manyToMany"].includes(spec.kind)) continue;
      const target = checkTarget(findings, where, spec, resources);
      if (spec.kind === "reference") checkOnDelete(findings, where, spec);
      else checkEmbedLimit(findings, where, spec.embedLimit);
      if (target && spec.kind === "many") checkInverse(findings, where, spec, resource, target);
    }
  }
  if (findings.linkable) checkRequiredCircles(findings, backend.resources);
}

/** The name of the resource that a relation leads to; says what is wrong when there is none. */
function targetName(spec: FieldSpec): { readonly name: string } | { readonly fault: string } {
  if (typeof spec.target === "string") return { name: spec.target };
  if (typeof spec.target !== "function") return { fault: `The target is ${shown(spec.target)}.` };
  try {
    const target: unknown = spec.target();
    const { type, name } = (target ?? {}) as { type?: unknown; name?: unknown };
    if (type === "resource" && typeof name === "string") return { name };
    return { fault: `The target is ${shown(target)}, not a resource.` };
  } catch (error) {
    return { fault: `The target cannot be read: ${error instanceof Error ? error.message : String(error)}.` };
  }
}

/** Reports a relation that leads nowhere; returns the resource otherwise. */
export function checkTarget(
  findings: Findings,
  where: string,
  spec: FieldSpec,
  resources: ReadonlyMap<string, AnyResource>,
): AnyResource | undefined {
  const target = targetName(spec);
  if ("fault" in target) {
    findings.blocker(
      "invalid-target",
      where,
      target.fault,
      "Give a function that returns the resource: reference(() => customer).",
    );
    return undefined;
  }
  const found = resources.get(target.name);
  if (found) return found;
  findings.blocker(
    "unknown-resource",
    where,
    `It leads to "${target.name}", which is not in the back end.${didYouMean(target.name, [...resources.keys()])}`,
    typeof spec.target === "string"
      ? "Name a resource that is listed in backend({ resources })."
      : `Add "${target.name}" to backend({ resources }).`,
  );
  return undefined;
}

const onDeletes = ["restrict", "cascade", "setNull", "noAction"];

function checkOnDelete(findings: Findings, where: string, spec: FieldSpec): void {
  if (spec.onDelete !== undefined && !onDeletes.includes(spec.onDelete))
    findings.blocker(
      "invalid-on-delete",
      where,
      `onDelete is ${shown(spec.onDelete)}.${didYouMean(String(spec.onDelete), onDeletes)}`,
      'Use "restrict", "cascade", "setNull" or "noAction".',
    );
  if (spec.onDelete === "setNull" && !spec.optional)
    findings.error(
      "set-null-required",
      where,
      'onDelete is "setNull", but the reference is required.',
      'Add .optional(), or use onDelete "restrict" or "cascade".',
    );
}

function checkEmbedLimit(findings: Findings, where: string, limit: number | undefined): void {
  if (limit === undefined || (Number.isInteger(limit) && limit >= 1 && limit <= maxEmbedLimit)) return;
  findings.error(
    "invalid-limit",
    where,
    `embedLimit is ${shown(limit)}.`,
    `Give a whole number from 1 to ${maxEmbedLimit}.`,
  );
}

function checkInverse(
  findings: Findings,
  where: string,
  spec: FieldSpec,
  resource: AnyResource,
  target: AnyResource,
): void {
  const via = spec.via ?? "";
  const back = Object.entries(target.fields).filter(([, field]) => leadsTo(field.spec, resource.name));
  const candidates = back.map(([name]) => name);
  if (candidates.includes(via)) return;
  const found = Object.hasOwn(target.fields, via) ? target.fields[via] : undefined;
  const what = found
    ? `Field "${via}" of "${target.name}" ${found.spec.kind === "reference" ? "refers to another resource" : `is of kind ${found.spec.kind}`}.`
    : `"${target.name}" has no field "${via}".`;
  findings.blocker(
    "missing-inverse",
    where,
    what,
    candidates.length > 0
      ? `Use via: ${listed(candidates)}.`
      : `Declare ${resource.name}: reference(() => ${resource.name}) in "${target.name}", and via: "${resource.name}" here.`,
  );
}

function leadsTo(spec: FieldSpec, name: string): boolean {
  if (spec.kind !== "reference") return false;
  const target = targetName(spec);
  return "name" in target && target.name === name;
}

/** In a circle of required references each record would have to be there before the others. */
function checkRequiredCircles(findings: Findings, resources: readonly AnyResource[]): void {
  const required = new Map(
    resources.map((resource) => [
      resource.name,
      Object.entries(resource.fields).flatMap(([field, { spec }]) => {
        const target = targetName(spec);
        const needed = spec.kind === "reference" && !spec.optional && "name" in target;
        return needed ? [{ field, target: target.name }] : [];
      }),
    ]),
  );
  const reported = new Set<string>();
  for (const { name } of resources) {
    const circle = circleFrom(required, name);
    if (!circle || circle.some((step) => reported.has(step.from))) continue;
    for (const step of circle) reported.add(step.from);
    findings.error(
      "required-circle",
      inField(name, circle[0]?.field ?? ""),
      `Required references go in a circle: ${circle.map((step) => `${step.from}.${step.field}`).join(" → ")} → ${name}. No first record could be created.`,
      "Make one of these references optional.",
    );
  }
}

interface Hop {
  readonly from: string;
  readonly field: string;
}

type Required = ReadonlyMap<string, readonly { readonly field: string; readonly target: string }[]>;

/** The shortest way from a resource back to itself. */
function circleFrom(required: Required, start: string): readonly Hop[] | undefined {
  const ways: { readonly at: string; readonly hops: readonly Hop[] }[] = [{ at: start, hops: [] }];
  const seen = new Set<string>();
  for (const { at, hops } of ways) {
    for (const { field, target } of required.get(at) ?? []) {
      const further = [...hops, { from: at, field }];
      if (target === start) return further;
      if (seen.has(target)) continue;
      seen.add(target);
      ways.push({ at: target, hops: further });
    }
  }
  return undefined;
}
