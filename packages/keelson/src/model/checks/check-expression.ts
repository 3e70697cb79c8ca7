import type { Comparison, Expr, Literal, Operand } from "../../declare/expression.ts";
import type { ResourceModel } from "../app-model.ts";
import { comparable, type Domain, isOrdered } from "../comparison-domain.ts";
import type { Findings } from "./findings.ts";
import { listed, shown } from "./findings.ts";
import { literalFault } from "./literal-fault.ts";
import { type Place, resolveManyPath, resolveRulePath } from "./rule-path.ts";

/** What the checks of one rule have in common. */
export interface RuleContext {
  readonly findings: Findings;
  readonly where: string;
  readonly resources: ReadonlyMap<string, ResourceModel>;
  /** Undefined when the back end declares no roles. */
  readonly roles: readonly string[] | undefined;
}

/**
 * Checks that what a rule names exists and that what it compares can be compared.
 *
 * @param rows - the resources of the rows in sight, the innermost first
 */
export function checkExpression(context: RuleContext, expr: Expr, rows: readonly ResourceModel[]): void {
  switch (expr.op) {
    case "and":
    case "or":
      for (const arg of expr.args) checkExpression(context, arg, rows);
      return;
    case "not":
      checkExpression(context, expr.arg, rows);
      return;
    case "role":
      checkRole(context, expr.role);
      return;
    case "some":
      checkSome(context, expr, rows);
      return;
    case "isNull":
      checkPresence(context, expr.arg, rows);
      return;
    case "oneOf":
      checkOneOf(context, expr, rows);
      return;
    case "oneOfClaim":
      checkMeeting(context, "eq", readOperand(context, expr.left, rows), callerSide);
      return;
    case "always":
    case "never":
    case "signedIn":
      return;
    default:
      checkMeeting(
        context,
        expr.op,
        readOperand(context, expr.left, rows),
        readOperand(context, expr.right, rows),
      );
      return;
  }
}

function checkRole({ findings, where, roles }: RuleContext, role: string): void {
  if (roles === undefined || roles.includes(role)) return;
  findings.error(
    "unknown-role",
    where,
    `There is no role "${role}".`,
    roles.length === 0
      ? "Add it to backend({ roles })."
      : nearestOf(role, roles, "Add it to backend({ roles })"),
  );
}

function checkSome(
  context: RuleContext,
  expr: Extract<Expr, { op: "some" }>,
  rows: readonly ResourceModel[],
): void {
  const [innermost] = rows;
  if (!innermost) return;
  const found = resolveManyPath(context.resources, innermost, expr.many);
  if (found.ok) {
    checkExpression(context, expr.where, [found.value, ...rows]);
    return;
  }
  context.findings.error("invalid-path", context.where, found.error.what, found.error.instead);
}

function checkPresence(context: RuleContext, arg: Operand, rows: readonly ResourceModel[]): void {
  const side = readOperand(context, arg, rows, "presence");
  if (side?.side !== "literal" && side?.side !== "now") return;
  context.findings.error(
    "fixed-comparison",
    context.where,
    `It asks whether ${side.text} is missing, which it never is.`,
    "Ask a field, caller.id or a claim; or write true or false.",
  );
}

function checkOneOf(
  context: RuleContext,
  expr: Extract<Expr, { op: "oneOf" }>,
  rows: readonly ResourceModel[],
): void {
  const left = readOperand(context, expr.left, rows);
  for (const value of expr.values)
    checkMeeting(context, "eq", left, { side: "literal", value, text: shown(value) });
}

/** One side of a comparison. */
type Side =
  | { readonly side: "place"; readonly place: Place; readonly domain: Domain; readonly text: string }
  | { readonly side: "now"; readonly domain: Domain; readonly text: string }
  | { readonly side: "caller"; readonly text: string }
  | { readonly side: "literal"; readonly value: Literal; readonly text: string };

const callerSide: Side = { side: "caller", text: "a claim" };

/** Undefined when the operand is wrong in itself, which has been reported. */
function readOperand(
  { findings, where, resources }: RuleContext,
  operand: Operand,
  rows: readonly ResourceModel[],
  use: "value" | "presence" = "value",
): Side | undefined {
  switch (operand.from) {
    case "callerId":
      return { side: "caller", text: "caller.id" };
    case "claim":
      return { side: "caller", text: `caller.claim("${operand.claim}")` };
    case "now":
      return { side: "now", domain: "timestamp", text: "now" };
    case "literal":
      return { side: "literal", value: operand.value, text: shown(operand.value) };
    case "row": {
      const row = rows[operand.depth];
      if (!row) {
        findings.error(
          "invalid-path",
          where,
          "The rule reads a row, but the operation has none.",
          "Decide by the caller alone: caller.is(…), caller.signedIn; or declare the operation on a row.",
        );
        return undefined;
      }
      const found = resolveRulePath(resources, row, operand.path, use);
      if (found.ok)
        return {
          side: "place",
          place: found.value,
          domain: found.value.domain,
          text: `row.${operand.path.join(".")}`,
        };
      findings.error("invalid-path", where, found.error.what, found.error.instead);
      return undefined;
    }
  }
}

function checkMeeting(
  context: RuleContext,
  op: Comparison,
  left: Side | undefined,
  right: Side | undefined,
): void {
  if (!left || !right) return;
  const { findings, where } = context;
  if (!("domain" in left) && !("domain" in right)) {
    checkWithoutField(context, left, right);
    return;
  }
  const domain = "domain" in left ? left.domain : "domain" in right ? right.domain : "text";
  if (op !== "eq" && op !== "ne" && !isOrdered(domain)) {
    const place = "domain" in left ? left : right;
    findings.error(
      "unordered",
      where,
      `${op}() orders ${place.text}, which is ${domainWords[domain]}.`,
      "Order numbers, money amounts, dates and timestamps; compare others with eq(), ne() or oneOf().",
    );
    return;
  }
  for (const [side, partner] of [
    [left, right],
    [right, left],
  ] as const)
    if (checkSide(context, side, partner)) return;
}

function checkWithoutField({ findings, where }: RuleContext, left: Side, right: Side): void {
  if (left.side === "caller" && right.side === "caller") return;
  const texts = [left, right].every((side) => side.side !== "literal" || typeof side.value === "string");
  const fixed = left.side === "literal" && right.side === "literal";
  if (texts && !fixed) return;
  findings.error(
    fixed ? "fixed-comparison" : "incompatible",
    where,
    fixed
      ? `It compares ${left.text} with ${right.text}, which never changes.`
      : `It compares ${left.text} with ${right.text}; what a caller brings is text.`,
    fixed ? "Write true or false." : "Compare it with a text.",
  );
}

/** Reports what is wrong with `side` next to `partner`; true when something was. */
function checkSide({ findings, where }: RuleContext, side: Side, partner: Side): boolean {
  if (!("domain" in partner)) return false;
  if (side.side === "literal") {
    const fault = literalFault(
      partner.side === "place" ? partner.place : { domain: partner.domain },
      side.value,
    );
    if (fault) {
      const kind = fault.code === "unknown-choice" ? "" : `, which is ${domainWords[partner.domain]},`;
      findings.error(fault.code, where, `It compares ${partner.text}${kind} ${fault.what}`, fault.instead);
    }
    return fault !== undefined;
  }
  if (side.side === "caller") {
    if (partner.domain === "text" || partner.domain === "uuid" || partner.domain === "numeral") return false;
    findings.error(
      "incompatible",
      where,
      `It compares ${side.text} with ${partner.text}, which is ${domainWords[partner.domain]}; what a caller brings is text.`,
      "Compare it with a text, a choice, a UUID or a reference.",
    );
    return true;
  }
  if (comparable(side.domain, partner.domain)) return false;
  findings.error(
    "incompatible",
    where,
    `It compares ${side.text}, which is ${domainWords[side.domain]}, with ${partner.text}, which is ${domainWords[partner.domain]}.`,
    [side.domain, partner.domain].includes("date") && [side.domain, partner.domain].includes("timestamp")
      ? "Declare both as timestamps: when a day begins depends on the time zone."
      : "Compare values of one kind.",
  );
  return true;
}

const domainWords: Readonly<Record<Domain, string>> = {
  text: "a text",
  uuid: "a UUID",
  numeral: "the number of a record",
  boolean: "true or false",
  integral: "a whole number",
  exact: "an exact number",
  floating: "a floating-point number",
  date: "a date",
  timestamp: "a timestamp",
};

function nearestOf(role: string, roles: readonly string[], otherwise: string): string {
  const close = roles.find((known) => known.toLowerCase() === role.toLowerCase());
  return close === undefined
    ? `Use ${listed(roles)}; or ${otherwise.charAt(0).toLowerCase()}${otherwise.slice(1)}.`
    : `Write "${close}".`;
}
