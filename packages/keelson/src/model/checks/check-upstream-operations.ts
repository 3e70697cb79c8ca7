import { durationMs } from "../../base/duration.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { Integration, IntegrationOperation } from "../../declare/integration.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { integrationDefaults, pathNames } from "../link-integrations.ts";
import { checkStandardSchema, isStandardSchemaLike } from "./check-json-field.ts";
import { checkName, duplicates } from "./check-name.ts";
import { checkMembers } from "./check-operations.ts";
import { checkOptions } from "./check-options.ts";
import { type Findings, listed, shown } from "./findings.ts";

const options = [
  "method",
  "path",
  "input",
  "output",
  "errors",
  "idempotent",
  "timeout",
  "inTransaction",
  "description",
];
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

type Resources = ReadonlyMap<string, AnyResource>;
type Given = Readonly<Record<string, unknown>>;

/** What an integration does: methods, paths, input, output and errors. */
export function checkUpstreamOperations(
  findings: Findings,
  where: string,
  { options: given }: Integration,
  resources: Resources,
): void {
  const operations: unknown = given.operations;
  if (typeof operations !== "object" || operations === null || Object.keys(operations).length === 0) {
    findings.blocker(
      "no-operations",
      where,
      `operations is ${shown(operations)}.`,
      'Declare what it does: { charge: { method: "POST", path: "/charges" } }.',
    );
    return;
  }
  for (const [name, operation] of Object.entries(operations)) {
    const place = `${where}, operation "${name}"`;
    if (!checkName(findings, place, name)) continue;
    if (typeof operation !== "object" || operation === null) {
      findings.blocker(
        "invalid-operation",
        place,
        `It is ${shown(operation)}.`,
        'Write { method: "POST", path: "/charges" }.',
      );
      continue;
    }
    checkOne(findings, place, operation, resources);
    checkTime(findings, place, operation, given.timeout?.total);
  }
}

function checkOne(
  findings: Findings,
  where: string,
  operation: IntegrationOperation,
  resources: Resources,
): void {
  checkOptions(findings, where, operation, options);
  if (!methods.includes(operation.method))
    findings.blocker(
      "invalid-method",
      where,
      `The method is ${shown(operation.method)}.`,
      `Use ${listed(methods)}.`,
    );
  for (const side of ["input", "output"] as const) {
    const shape: unknown = operation[side];
    if (shape === undefined) continue;
    if (isStandardSchemaLike(shape)) checkStandardSchema(findings, `${where}, ${side}`, shape);
    else checkMembers(findings, where, side, shape, resources);
  }
  checkPath(findings, where, operation);
  if (operation.method === "GET" || operation.method === "DELETE") checkQuery(findings, where, operation);
  for (const name of ["idempotent", "inTransaction"] as const)
    if (operation[name] !== undefined && typeof operation[name] !== "boolean")
      findings.error(
        "invalid-operation",
        `${where}, ${name}`,
        `It is ${shown(operation[name])}.`,
        "Write true or false.",
      );
  checkErrors(findings, where, operation.errors);
}

/** Members by name; undefined where a schema library knows them. */
const specsOf = (input: unknown): ReadonlyMap<string, FieldSpec | undefined> | undefined =>
  isStandardSchemaLike(input)
    ? undefined
    : new Map(
        Object.entries(input ?? {}).map(([name, field]) => [name, (field as { spec?: FieldSpec })?.spec]),
      );

const worded = new Set(["text", "integer", "bigint", "uuid", "choice", "reference", "date", "email"]);

function checkPath(findings: Findings, where: string, { path, input }: IntegrationOperation): void {
  const plain = typeof path === "string" ? path.replaceAll(/\{\w+\}/g, "x") : "";
  const dotted = plain.split("/").some((segment) => segment === "." || segment === "..");
  if (!/^\/[\w.~!$&'()*+,;=:@%/-]*$/.test(plain) || dotted) {
    findings.blocker(
      "invalid-path",
      where,
      `The path is ${shown(path)}.`,
      'Begin with a slash, and put members of the input in braces: "/charges/{id}".',
    );
    return;
  }
  const names = pathNames(path);
  for (const name of duplicates(names))
    findings.error("duplicate-name", where, `"{${name}}" is in the path twice.`, "Leave one of them out.");
  const members = specsOf(input);
  if (!members) return;
  for (const name of names) {
    const spec = members.get(name);
    if (!members.has(name))
      findings.error(
        "unknown-member",
        where,
        `The path has "{${name}}", which is no member of the input.${didYouMean(name, [...members.keys()])}`,
        `Declare it: input: { ${name}: text() }.`,
      );
    else if (spec && (spec.optional || !worded.has(spec.kind)))
      findings.error(
        "invalid-path",
        where,
        `"{${name}}" is ${spec.optional ? "optional" : `of the kind ${spec.kind}`}, and a path needs a text.`,
        "Use a member that is always there, e.g. text() or uuid().",
      );
  }
}

function checkQuery(findings: Findings, where: string, { input, method }: IntegrationOperation): void {
  for (const [name, spec] of specsOf(input) ?? [])
    if (spec && ["object", "money", "json"].includes(spec.kind))
      findings.error(
        "invalid-input",
        `${where}, input "${name}"`,
        `The input of ${method} is a query, which has no word for ${spec.kind}.`,
        "Use texts and numbers, or another method.",
      );
}

function checkErrors(findings: Findings, where: string, errors: unknown): void {
  if (errors === undefined) return;
  if (typeof errors !== "object" || errors === null) {
    findings.blocker(
      "invalid-errors",
      where,
      `errors is ${shown(errors)}.`,
      "Give { name: { status: 402 } }.",
    );
    return;
  }
  const whole = new Map<number, string>();
  for (const [name, given] of Object.entries(errors)) {
    const place = `${where}, errors.${name}`;
    if (!checkName(findings, place, name)) continue;
    const { status, when } = (given ?? {}) as Given;
    const isStatus = Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599;
    if (!isStatus)
      findings.blocker("invalid-status", place, `The status is ${shown(status)}.`, "Use 400 to 599.");
    if (when !== undefined && typeof when !== "function")
      findings.blocker(
        "invalid-errors",
        place,
        `when is ${shown(when)}.`,
        "Give a function: (body) => true.",
      );
    const before = whole.get(Number(status));
    if (before !== undefined)
      findings.error(
        "unreachable-error",
        place,
        `"${before}" stands before it, and is every answer with the status ${status}.`,
        `Give "${before}" a function \`when\`, or put it last.`,
      );
    else if (when === undefined) whole.set(Number(status), name);
  }
}

function checkTime(
  findings: Findings,
  where: string,
  { timeout }: IntegrationOperation,
  total: string = integrationDefaults.total,
): void {
  const ms = durationMs(timeout);
  if (timeout === undefined || (ms !== undefined && ms <= (durationMs(total) ?? 0))) return;
  findings.error(
    "invalid-timeout",
    `${where}, timeout`,
    `It is ${shown(timeout)}, and the integration waits for ${total} in all.`,
    'Write a length up to that, e.g. "2s".',
  );
}
