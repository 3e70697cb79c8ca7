import type { Backend } from "../../declare/backend.ts";
import { checkInfo } from "./check-info.ts";
import { duplicates } from "./check-name.ts";
import { type Findings, shown } from "./findings.ts";
import { inBackend } from "./place.ts";

const backendName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Makes sure that what was given is a back end at all, so that all other checks can rely on its shape. */
export function checkBackendShape(findings: Findings, given: unknown): given is Backend {
  if (!isTyped(given, "backend")) {
    findings.blocker("not-a-backend", "the entry file", whatItIs(given), howToExport(given));
    return false;
  }
  const backend = given as unknown as Backend;
  const where = inBackend(backend.name);
  if (typeof backend.name !== "string" || !backendName.test(backend.name) || backend.name.length > 50) {
    findings.error(
      "invalid-name",
      where,
      `The name is ${shown(backend.name)}.`,
      'Use lower-case letters, digits and hyphens, at most 50, e.g. "shop" or "web-shop".',
    );
  }
  checkList(findings, where, "resources", backend.resources, "resource", true);
  checkList(findings, where, "commands", backend.commands, "operation", false);
  checkList(findings, where, "queries", backend.queries, "operation", false);
  checkList(findings, where, "jobs", backend.jobs, "job", false);
  checkList(findings, where, "integrations", backend.integrations, "integration", false);
  checkRoles(findings, where, backend.roles);
  checkInfo(findings, where, backend);
  if (backend.seed !== undefined && typeof backend.seed !== "function")
    findings.error(
      "invalid-seed",
      where,
      `"seed" is ${shown(backend.seed)}.`,
      "Give a generator function that yields batches of rows.",
    );
  return findings.linkable;
}

const isTyped = (value: unknown, type: string): value is { readonly type: string } =>
  typeof value === "object" && value !== null && (value as { type?: unknown }).type === type;

/** By its shape: a project may hold two copies of this package. */
const isField = (value: unknown): boolean =>
  typeof (value as { spec?: { kind?: unknown } } | null | undefined)?.spec?.kind === "string";

function whatItIs(given: unknown): string {
  if (given === undefined) return "It has no default export.";
  if (typeof given === "function") return "Its default export is a function.";
  if (isTyped(given, "resource")) return "Its default export is a resource.";
  if (given !== null && typeof given === "object" && "resources" in given)
    return "Its default export is a plain object, not a back end.";
  return `Its default export is ${shown(given)}, not a back end.`;
}

function howToExport(given: unknown): string {
  if (given !== null && typeof given === "object" && "resources" in given)
    return "Wrap it: export default backend({ … });";
  return 'Write: export default backend({ name: "shop", resources: [ … ] });';
}

type ListOption = "resources" | "commands" | "queries" | "jobs" | "integrations";

function checkList(
  findings: Findings,
  where: string,
  option: ListOption,
  list: unknown,
  type: "resource" | "operation" | "job" | "integration",
  required: boolean,
): void {
  if (list === undefined && !required) return;
  if (!Array.isArray(list)) {
    findings.blocker(
      `invalid-${option}`,
      where,
      `"${option}" is ${shown(list)}.`,
      `Give a list: ${option}: [ … ].`,
    );
    return;
  }
  for (const [position, entry] of list.entries())
    checkEntry(findings, `${where}, ${option}[${position}]`, option, entry, type);
  const twice = list.find((entry, position) => isTyped(entry, type) && list.indexOf(entry) !== position);
  if (twice)
    findings.blocker(
      "duplicate-name",
      `${where}, ${option}`,
      `"${(twice as { name?: unknown }).name}" is there twice.`,
      "Leave one of them out.",
    );
}

function checkEntry(
  findings: Findings,
  where: string,
  option: ListOption,
  entry: unknown,
  type: "resource" | "operation" | "job" | "integration",
): void {
  if (entry === undefined) {
    findings.blocker(
      "undefined-entry",
      where,
      "It is undefined: most likely two files import each other, and this one was not loaded yet.",
      "Move what both need into a third file; references may go in circles, since they are functions.",
    );
    return;
  }
  if (!isTyped(entry, type)) {
    findings.blocker("not-declared", where, `It is ${kindOf(entry)}.`, declareIt(option));
    return;
  }
  if (type === "resource") checkResourceShape(findings, where, entry);
  else if (type === "operation") checkEffect(findings, where, option, entry);
}

function kindOf(entry: unknown): string {
  if (isTyped(entry, "resource")) return "a resource";
  if (isTyped(entry, "operation")) return "a command or query";
  if (isTyped(entry, "job")) return "a job";
  if (isTyped(entry, "integration")) return "an integration";
  if (isField(entry)) return "a field";
  return shown(entry);
}

const declareIt = (option: ListOption): string =>
  ({
    resources: 'Put values there that were made with resource("name", { … }).',
    commands: 'Put values there that were made with command(…, "name", { … }).',
    queries: 'Put values there that were made with query(…, "name", { … }).',
    jobs: 'Put values there that were made with job("name", { … }).',
    integrations: 'Put values there that were made with integration("name", { … }).',
  })[option];

function checkEffect(findings: Findings, where: string, option: string, entry: object): void {
  const { effect, name } = entry as { effect?: unknown; name?: unknown };
  if ((effect === "write") === (option === "commands")) return;
  findings.error(
    "wrong-list",
    where,
    `"${name}" is a ${effect === "write" ? "command" : "query"}.`,
    `Move it to "${effect === "write" ? "commands" : "queries"}".`,
  );
}

function checkResourceShape(findings: Findings, where: string, entry: object): void {
  const { fields, name, options } = entry as { fields?: unknown; name?: unknown; options?: unknown };
  const place = typeof name === "string" ? `resource "${name}"` : where;
  if (typeof fields !== "object" || fields === null || typeof options !== "object") {
    findings.blocker(
      "not-declared",
      place,
      "It has no fields.",
      'Declare it with resource("name", { fields: { … } }).',
    );
    return;
  }
  for (const [field, value] of Object.entries(fields)) {
    if (isField(value)) continue;
    findings.blocker(
      "not-a-field",
      `${place}, field "${field}"`,
      value === undefined
        ? "It is undefined: most likely two files import each other."
        : `It is ${typeof value === "function" ? "a function that was not called" : shown(value)}.`,
      typeof value === "function"
        ? "Call it, e.g. text()."
        : "Declare it, e.g. with text(), integer() or reference(() => customer).",
    );
  }
}

function checkRoles(findings: Findings, where: string, roles: unknown): void {
  if (roles === undefined) return;
  const valid = Array.isArray(roles) && roles.every((role) => typeof role === "string" && role.trim() !== "");
  if (!valid) {
    findings.blocker(
      "invalid-roles",
      where,
      `"roles" is ${shown(roles)}.`,
      'Give a list of names, e.g. roles: ["support", "manager"].',
    );
    return;
  }
  for (const role of duplicates(roles))
    findings.error(
      "duplicate-name",
      `${where}, roles`,
      `"${role}" is there twice.`,
      "Leave one of them out.",
    );
}
