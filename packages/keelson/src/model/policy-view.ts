import type { Caller } from "../base/caller.ts";
import { always, type Expr, never } from "../declare/expression.ts";
import type { AppModel, CustomOperationModel, FieldModel, ResourceModel } from "./app-model.ts";
import { rolesOf } from "./expression-parts.ts";
import { type Standing, specialise } from "./specialise-expression.ts";

/**
 * The rules as they stand for callers with the same roles: tests of roles and of being signed in are decided,
 * what depends on rows and claims remains. The planner takes one as an argument, so that a query without
 * rules cannot be written.
 */
export interface PolicyView {
  /** Equal signatures mean equal rules; part of every plan's cache key. */
  readonly signature: string;
  rule(resource: ResourceModel, operation: "read" | "create" | "update" | "delete"): Expr;
  fieldRead(resource: ResourceModel, field: FieldModel): Expr;
  fieldWrite(resource: ResourceModel, field: FieldModel): Expr;
  custom(operation: CustomOperationModel): Expr;
}

/** How many different combinations of roles are remembered; more are computed again. */
const maxViews = 256;

/** Makes the function that gives each caller their view of the rules. */
export function policyViews(model: AppModel): (caller: Caller) => PolicyView {
  const roles = allRoles(model);
  const views = new Map<string, PolicyView>();
  return (caller) => {
    const signature = signatureOf(caller, roles);
    let view = views.get(signature);
    if (!view) {
      if (views.size >= maxViews) views.clear();
      view = viewFor(signature, {
        system: caller.kind === "system",
        signedIn: caller.kind === "user",
        roles: new Set(caller.roles),
      });
      views.set(signature, view);
    }
    return view;
  };
}

function signatureOf(caller: Caller, roles: readonly string[]): string {
  if (caller.kind === "system") return "s";
  if (caller.kind === "anonymous") return "a";
  if (caller.roles.length === 0) return "u";
  return `u${roles.flatMap((role, position) => (caller.roles.includes(role) ? [position] : [])).join(".")}`;
}

function viewFor(signature: string, standing: Standing & { readonly system: boolean }): PolicyView {
  if (standing.system) {
    const all = () => always;
    return { signature, rule: all, fieldRead: all, fieldWrite: all, custom: all };
  }
  const known = new Map<Expr, Expr>();
  const decide = (expr: Expr): Expr => {
    let decided = known.get(expr);
    if (!decided) {
      decided = specialise(expr, standing);
      known.set(expr, decided);
    }
    return decided;
  };
  return {
    signature,
    rule: (resource, operation) => decide(resource.access[operation]),
    fieldRead: (_resource, field) => (field.spec.writeOnly ? never : decide(field.read)),
    fieldWrite: (_resource, field) => decide(field.write),
    custom: (operation) => decide(operation.access),
  };
}

/** Every role that a rule of the model asks for, in one fixed order. */
export function allRoles(model: AppModel): readonly string[] {
  const expressions = [
    ...[...model.resources.values()].flatMap((resource) => [
      ...Object.values(resource.access),
      ...[...resource.fields.values()].flatMap((field) => [field.read, field.write]),
    ]),
    ...[...model.operations.values()].flatMap((operation) =>
      operation.kind === "custom" ? [operation.access] : [],
    ),
  ];
  return [...new Set(expressions.flatMap(rolesOf))].sort();
}
