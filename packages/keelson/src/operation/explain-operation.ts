import type { Caller } from "../base/caller.ts";
import { planGet, planList } from "../data/plan/plan-read.ts";
import { planCreate, planDelete, planUpdate } from "../data/plan/plan-write.ts";
import type { Expr } from "../declare/expression.ts";
import type { AppModel, OperationModel, ResourceModel } from "../model/app-model.ts";
import { type PolicyView, policyViews } from "../model/policy-view.ts";
import { printExpression } from "../model/print-expression.ts";
import { plainNodes } from "./default-nodes.ts";

/** What an operation asks of its caller, in words and as the statement that is sent. */
export interface Explained {
  readonly operation: string;
  /** The declared rule. */
  readonly rule: string;
  /** What is left of it for this caller. */
  readonly asCaller: string;
  /** Fields that this caller never sees. */
  readonly hiddenFields: readonly string[];
  /** The statement, for operations that are one. */
  readonly sql: string | undefined;
}

/** A made-up id: the statement's text does not depend on it. */
const someId = "00000000-0000-7000-8000-000000000000";

/** Explains an operation for one caller, without a database. */
export function explainOperation(model: AppModel, operation: OperationModel, caller: Caller): Explained {
  const view = policyViews(model)(caller);
  const { resource } = operation;
  return {
    operation: operation.name,
    rule: printExpression(declaredRule(operation)),
    asCaller: printExpression(standingRule(operation, view)),
    hiddenFields: resource
      ? [...resource.fields.values()]
          .filter((field) => view.fieldRead(resource, field).op === "never")
          .map((field) => field.name)
      : [],
    sql: statementOf(model, operation, view),
  };
}

function declaredRule(operation: OperationModel): Expr {
  if (operation.kind === "custom") return operation.access;
  if (operation.kind === "batch")
    return anyRule([...operation.writes.keys()].map((kind) => operation.resource.access[kind]));
  return operation.resource.access[
    operation.kind === "list" || operation.kind === "get" ? "read" : operation.kind
  ];
}

function standingRule(operation: OperationModel, view: PolicyView): Expr {
  if (operation.kind === "custom") return view.custom(operation);
  if (operation.kind === "batch")
    return anyRule([...operation.writes.keys()].map((kind) => view.rule(operation.resource, kind)));
  return view.rule(
    operation.resource,
    operation.kind === "list" || operation.kind === "get" ? "read" : operation.kind,
  );
}

/** Items of a batch have the rules of their kinds: whoever may do one of them may send it. */
const anyRule = (rules: readonly Expr[]): Expr => {
  const [first, ...others] = [...new Set(rules)];
  return first !== undefined && others.length === 0 ? first : { op: "or", args: [...new Set(rules)] };
};

function statementOf(model: AppModel, operation: OperationModel, view: PolicyView): string | undefined {
  const { resource } = operation;
  if (!resource) return undefined;
  const nodes = plainNodes(resource, view);
  switch (operation.kind) {
    case "list": {
      const page = { limit: resource.list.defaultLimit, direction: "forward" } as const;
      return planList(
        model,
        { resource: resource.name, nodes, filter: undefined, order: resource.list.defaultSort, page },
        view,
      ).build().statement.text;
    }
    case "get":
      return planGet(model, { resource, id: someId, nodes }, view).build().statement.text;
    case "create": {
      const data = { id: someId, ...sampleOf(resource, "creatable") };
      const { direct, explained } = planCreate(model, { resource, nodes, data }, view);
      return (direct ?? explained).build().statement.text;
    }
    case "update":
      return planUpdate(
        model,
        { resource, nodes, id: someId, versions: null, data: sampleOf(resource, "updatable") },
        view,
      ).build().statement.text;
    case "delete":
      return planDelete(model, { resource, id: someId, versions: null }, view).build().statement.text;
    case "batch":
      return undefined;
    case "custom":
      if (operation.on !== "row") return undefined;
      return planGet(
        model,
        {
          resource,
          id: someId,
          nodes,
          lock: operation.effect === "write",
          rule: { name: operation.name, expr: view.custom(operation) },
        },
        view,
      ).build().statement.text;
  }
}

/** A value for every field that may be given, so that the statement shows all of them. */
const sampleOf = (
  resource: ResourceModel,
  side: "creatable" | "updatable",
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...resource.fields.values()]
      .filter((field) => field[side] && field.columns.length > 0)
      .map((field) => [field.name, someId]),
  );
