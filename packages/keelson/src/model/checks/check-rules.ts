import type { AppModel, ResourceModel } from "../app-model.ts";
import { rolesOf } from "../expression-parts.ts";
import { checkExpression, type RuleContext } from "./check-expression.ts";
import type { Findings } from "./findings.ts";
import { inFieldRule, inOperation, inResource, inRule } from "./place.ts";

const operations = ["read", "create", "update", "delete"] as const;

/** Every rule of the model: what it names exists, what it compares can be compared. */
export function checkRules(findings: Findings, model: AppModel): void {
  const context = (where: string): RuleContext => ({
    findings,
    where,
    resources: model.resources,
    roles: model.backend.roles,
  });
  for (const resource of model.resources.values()) {
    for (const operation of operations)
      checkExpression(context(inRule(resource.name, operation)), resource.access[operation], [resource]);
    for (const field of resource.fields.values()) {
      checkExpression(context(inFieldRule(resource.name, field.name, "read")), field.read, [resource]);
      checkExpression(context(inFieldRule(resource.name, field.name, "write")), field.write, [resource]);
    }
    checkReachable(findings, resource, model);
  }
  for (const operation of model.operations.values()) {
    if (operation.kind !== "custom" || operation.builtIn) continue;
    const rows = operation.on === "row" && operation.resource ? [operation.resource] : [];
    checkExpression(context(`${inOperation(operation.declaration)}, access`), operation.access, rows);
  }
  checkUnusedRoles(findings, model);
}

/** A resource that says nothing about access is closed to everybody, which is rarely meant. */
function checkReachable(findings: Findings, resource: ResourceModel, model: AppModel): void {
  const declaration = model.backend.resources.find((entry) => entry.name === resource.name);
  const declared = [
    declaration?.options.access,
    ...(declaration?.options.mixins ?? []).map((mixin) => mixin.access),
  ].some((access) => operations.some((operation) => access?.[operation] !== undefined));
  if (declared) return;
  findings.warning(
    "unreachable",
    inResource(resource.name),
    "It has no access rule, so that only handlers reach it, with asSystem().",
    "Declare access: { read: … }; or say that it is meant: access: { read: nobody }.",
  );
}

function checkUnusedRoles(findings: Findings, model: AppModel): void {
  const { roles, limits } = model.backend;
  if (roles === undefined) return;
  const used = new Set([
    ...Object.keys(limits?.roles ?? {}),
    ...[
      ...[...model.resources.values()].flatMap((resource) => [
        ...Object.values(resource.access),
        ...[...resource.fields.values()].flatMap((field) => [field.read, field.write]),
      ]),
      ...[...model.operations.values()].flatMap((entry) => (entry.kind === "custom" ? [entry.access] : [])),
    ].flatMap(rolesOf),
  ]);
  for (const role of new Set(roles.filter((name) => !used.has(name))))
    findings.warning(
      "unused-role",
      "roles",
      `No rule asks for "${role}".`,
      "Leave it out, unless handlers look at it.",
    );
}
