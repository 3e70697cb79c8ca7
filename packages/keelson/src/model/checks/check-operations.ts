import { errorCatalogue } from "../../base/error.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { Backend } from "../../declare/backend.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { CustomOperation } from "../../declare/operation.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { kebabCase, snakeCase } from "../names.ts";
import { checkFieldSpec } from "./check-field-spec.ts";
import { checkStandardSchema, isStandardSchemaLike } from "./check-json-field.ts";
import { checkName } from "./check-name.ts";
import { checkTarget } from "./check-relations.ts";
import { pluralFor } from "./check-resources.ts";
import { type Findings, shown } from "./findings.ts";
import { inOperation } from "./place.ts";

const standardNames = ["list", "get", "create", "update", "delete", "batch"];

type Resources = ReadonlyMap<string, AnyResource>;

/** Commands and queries: their names and paths, input, output, errors and handler. */
export function checkOperations(findings: Findings, backend: Backend): void {
  const resources: Resources = new Map(backend.resources.map((resource) => [resource.name, resource]));
  const seen = new Map<string, CustomOperation>();
  for (const operation of [...(backend.commands ?? []), ...(backend.queries ?? [])]) {
    const where = inOperation(operation);
    if (checkName(findings, where, operation.name)) checkClash(findings, where, operation, resources, seen);
    checkResource(findings, where, operation, resources);
    if (typeof operation.run !== "function")
      findings.blocker(
        "invalid-handler",
        where,
        `run is ${shown(operation.run)}.`,
        "Give a function: async run({ input, db }) { … }.",
      );
    checkInput(findings, where, operation, resources);
    checkOutput(findings, where, operation, resources);
    checkErrors(findings, where, operation);
    checkIdempotency(findings, where, operation);
  }
}

function checkClash(
  findings: Findings,
  where: string,
  operation: CustomOperation,
  resources: Resources,
  seen: Map<string, CustomOperation>,
): void {
  if (operation.resource && standardNames.includes(operation.name))
    findings.blocker(
      "reserved-name",
      where,
      `"${operation.name}" is the name of a standard operation.`,
      `Choose a name that says what it does for the business, e.g. "${operation.name === "delete" ? "archive" : "place"}".`,
    );
  checkTransferClash(findings, where, operation);
  if (operation.on === "collection" && operation.name === "query")
    findings.blocker(
      "reserved-name",
      where,
      'A list can be asked by POST under "/query", so this path is taken.',
      "Choose another name, or declare it on a row.",
    );
  const path = [operation.resource?.name ?? "", kebabCase(operation.name)].join("/");
  const other = seen.get(path);
  if (other)
    findings.blocker(
      "duplicate-name",
      where,
      other.name === operation.name
        ? `There is another ${other.effect === "write" ? "command" : "query"} with this name${other.on === operation.on ? "" : `, on the ${other.on}`}.`
        : `It would have the same path as "${other.name}".`,
      "Rename one of them.",
    );
  else seen.set(path, operation);
  if (operation.resource) return;
  const taken = [...resources.values()].find(
    (resource) => kebabCase(pluralFor(resource)) === kebabCase(operation.name),
  );
  if (taken)
    findings.blocker(
      "duplicate-path",
      where,
      `Its path "/v1/${kebabCase(operation.name)}" is that of resource "${taken.name}".`,
      "Rename it.",
    );
}

function checkTransferClash(findings: Findings, where: string, operation: CustomOperation): void {
  if (operation.on === "collection" && isTransfer(operation))
    findings.blocker(
      "reserved-name",
      where,
      `The resource offers transfers: its files are ${operation.name}ed under "/${operation.name}", so this path is taken.`,
      "Choose another name, declare it on a row, or leave it out of the resource's transfers.",
    );
}

const isTransfer = ({ name, resource }: CustomOperation): boolean =>
  resource?.options.transfers?.some((transfer) => transfer === name) === true;

function checkResource(
  findings: Findings,
  where: string,
  operation: CustomOperation,
  resources: Resources,
): void {
  if (!operation.resource || resources.has(operation.resource.name)) return;
  findings.blocker(
    "unknown-resource",
    where,
    `It is declared on "${operation.resource.name}", which is not in the back end.${didYouMean(operation.resource.name, [...resources.keys()])}`,
    `Add "${operation.resource.name}" to backend({ resources }).`,
  );
}

function checkIdempotency(findings: Findings, where: string, { effect, idempotency }: CustomOperation): void {
  if (idempotency === undefined) return;
  if (effect === "read")
    findings.error(
      "useless-idempotency",
      where,
      "A query has no effect that could happen twice, and takes no idempotency key.",
      "Leave `idempotency` out, or declare a command.",
    );
  else if (idempotency !== "required" && idempotency !== "optional")
    findings.error(
      "invalid-idempotency",
      where,
      `idempotency is ${shown(idempotency)}.${didYouMean(String(idempotency), ["required", "optional"])}`,
      'Write "required", or leave it out.',
    );
}

/** What a command, a query or a job takes. */
export function checkInput(
  findings: Findings,
  where: string,
  { input }: { readonly input?: CustomOperation["input"] | undefined },
  resources: Resources,
): void {
  if (input === undefined) return;
  if (isStandardSchemaLike(input)) {
    checkStandardSchema(findings, `${where}, input`, input);
    return;
  }
  checkMembers(findings, where, "input", input, resources);
}

function checkOutput(
  findings: Findings,
  where: string,
  { output }: CustomOperation,
  resources: Resources,
): void {
  if (output === undefined) return;
  if ((output as { type?: unknown }).type !== "resource") {
    checkMembers(findings, where, "output", output, resources);
    return;
  }
  const { name } = output as AnyResource;
  if (resources.has(name)) return;
  findings.blocker(
    "unknown-resource",
    `${where}, output`,
    `It is "${name}", which is not in the back end.${didYouMean(name, [...resources.keys()])}`,
    `Add "${name}" to backend({ resources }).`,
  );
}

export function checkMembers(
  findings: Findings,
  where: string,
  side: "input" | "output",
  members: unknown,
  resources: Resources,
): void {
  if (typeof members !== "object" || members === null) {
    findings.blocker(
      `invalid-${side}`,
      `${where}, ${side}`,
      `It is ${shown(members)}.`,
      side === "input"
        ? "Give fields: { token: text() }, or a Standard Schema."
        : "Give fields: { total: integer() }, or a resource.",
    );
    return;
  }
  for (const [name, field] of Object.entries(members)) {
    const place = `${where}, ${side} "${name}"`;
    const spec = (field as { spec?: FieldSpec } | undefined)?.spec;
    if (spec?.kind === undefined) {
      findings.blocker(
        "not-a-field",
        place,
        `It is ${shown(field)}.`,
        "Declare it, e.g. with text(), integer() or reference(() => customer).",
      );
      continue;
    }
    if (checkName(findings, place, name) && checkFieldSpec(findings, place, spec, side))
      checkTargets(findings, place, spec, resources);
  }
}

function checkTargets(findings: Findings, where: string, spec: FieldSpec, resources: Resources): void {
  if (spec.kind === "reference") checkTarget(findings, where, spec, resources);
  if (spec.of) checkTargets(findings, `${where}, items`, spec.of, resources);
  for (const [name, member] of Object.entries(spec.members ?? {}))
    checkTargets(findings, `${where}, member "${name}"`, member, resources);
}

/** Why a command, a query or a job may fail. */
export function checkErrors(
  findings: Findings,
  where: string,
  operation: Pick<CustomOperation, "errors">,
): void {
  const codes = new Map<string, string>();
  for (const [name, error] of Object.entries(operation.errors)) {
    const place = `${where}, errors.${name}`;
    if (!checkName(findings, place, name)) continue;
    const code = snakeCase(name);
    const twin = codes.get(code);
    codes.set(code, name);
    if (Object.hasOwn(errorCatalogue, code))
      findings.error(
        "duplicate-name",
        place,
        `Its code "${code}" is that of a built-in error.`,
        "Choose a name that says what is wrong in the business.",
      );
    else if (twin !== undefined)
      findings.error(
        "duplicate-name",
        place,
        `It has the same code "${code}" as "${twin}".`,
        "Rename one of them.",
      );
    if (!Number.isInteger(error?.status) || error.status < 400 || error.status > 499)
      findings.error(
        "invalid-status",
        place,
        `The status is ${shown(error?.status)}.`,
        "Use 400 to 499, e.g. 409 for a conflict with the current state.",
      );
    if (typeof error?.title !== "string" || error.title.trim() === "")
      findings.error("missing-title", place, "It has no title.", "Say in a few words what is wrong.");
  }
}
