import fc from "fast-check";
import { and, not, or } from "../../../src/declare/access.ts";
import type { Expr, Literal, Operand } from "../../../src/declare/expression.ts";
import type { FieldPath, ResourceModel } from "../../../src/model/app-model.ts";
import { comparable, type Domain, domainOf, isOrdered } from "../../../src/model/comparison-domain.ts";
import { policyModel } from "./policy-model.ts";
import { pools } from "./policy-rows.ts";

export const roles = ["support", "manager"] as const;
export const textClaims = ["team", "absent", "odd"] as const;
export const listClaims = ["teams", "absent", "odd"] as const;

/** An operand with what it can be compared as; undefined for what can only be missing or there. */
interface Typed {
  readonly operand: Operand;
  readonly domain: Domain | undefined;
}

/** Rules over the given rows (the innermost first) that a declaration could contain. */
export function arbitraryRule(stack: readonly ResourceModel[], depth: number): fc.Arbitrary<Expr> {
  const operands = stack.flatMap((resource, level) => operandsOf(resource, level));
  const leaf = fc.oneof(
    { arbitrary: arbitraryComparison(operands), weight: 6 },
    { arbitrary: arbitraryOneOf(operands), weight: 1 },
    { arbitrary: arbitraryIsNull(operands), weight: 2 },
    { arbitrary: arbitraryClaimList(operands), weight: 1 },
    { arbitrary: fc.constantFrom(...roles).map((role): Expr => ({ op: "role", role })), weight: 1 },
    { arbitrary: fc.constantFrom<Expr>({ op: "signedIn" }, { op: "always" }, { op: "never" }), weight: 1 },
  );
  if (depth === 0) return leaf;
  const inner = arbitraryRule(stack, depth - 1);
  const several = fc.array(inner, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { arbitrary: leaf, weight: 2 },
    { arbitrary: several.map((args) => and(...args)), weight: 2 },
    { arbitrary: several.map((args) => or(...args)), weight: 2 },
    { arbitrary: inner.map(not), weight: 2 },
    { arbitrary: arbitrarySome(stack, depth - 1), weight: 2 },
  );
}

/**
 * Comparisons of anything with anything, most of which the check of declarations refuses: what it lets pass,
 * PostgreSQL must be able to run.
 */
export function arbitraryLooseRule(resource: ResourceModel): fc.Arbitrary<Expr> {
  const fromRow = operandsOf(resource, 0).map((entry) => entry.operand);
  const values = fc.constantFrom(...Object.values(pools).flat(), "2026-02-30", "", "1e3", Number.NaN, 1.5);
  const operand: fc.Arbitrary<Operand> = fc.oneof(
    { arbitrary: fc.constantFrom(...fromRow), weight: 6 },
    { arbitrary: values.map((value): Operand => ({ from: "literal", value })), weight: 4 },
    { arbitrary: arbitraryCallerText, weight: 2 },
    { arbitrary: fc.constant<Operand>({ from: "now" }), weight: 1 },
  );
  const comparison = fc
    .tuple(fc.constantFrom("eq", "ne", "gt", "gte", "lt", "lte"), operand, operand)
    .map(([op, left, right]): Expr => ({ op, left, right }));
  const list = fc
    .tuple(operand, fc.array(values, { maxLength: 2 }))
    .map(([left, found]): Expr => ({ op: "oneOf", left, values: found }));
  const claims = fc
    .tuple(operand, fc.constantFrom(...listClaims))
    .map(([left, claim]): Expr => ({ op: "oneOfClaim", left, claim }));
  const absence = operand.map((arg): Expr => ({ op: "isNull", arg }));
  const any = fc.oneof({ arbitrary: comparison, weight: 6 }, list, claims, absence);
  return fc.oneof(any, any.map(not));
}

function arbitrarySome(stack: readonly ResourceModel[], depth: number): fc.Arbitrary<Expr> {
  const [innermost] = stack;
  if (!innermost || stack.length > 2) return fc.constant<Expr>({ op: "signedIn" });
  const relations = manyPaths(innermost);
  if (relations.length === 0) return fc.constant<Expr>({ op: "signedIn" });
  return fc
    .constantFrom(...relations)
    .chain(({ path, target }) =>
      arbitraryRule([target, ...stack], depth).map((where): Expr => ({ op: "some", many: path, where })),
    );
}

function arbitraryComparison(operands: readonly Typed[]): fc.Arbitrary<Expr> {
  const typed = operands.filter((entry) => entry.domain !== undefined);
  const now: Typed = { operand: { from: "now" }, domain: "timestamp" };
  return fc.constantFrom(...typed, now).chain((left) => {
    const domain = left.domain ?? "text";
    const partners = typed.filter((right) => right.domain && comparable(domain, right.domain));
    const fromRow = fc.constantFrom(...partners, ...(domain === "timestamp" ? [now] : []));
    const right = fc.oneof(
      { arbitrary: arbitraryLiteral(left).map((value): Operand => ({ from: "literal", value })), weight: 3 },
      { arbitrary: fromRow.map((entry) => entry.operand), weight: 3 },
      ...(domain === "text" || domain === "uuid" ? [{ arbitrary: arbitraryCallerText, weight: 3 }] : []),
    );
    const operators = isOrdered(domain)
      ? (["eq", "ne", "gt", "gte", "lt", "lte"] as const)
      : (["eq", "ne"] as const);
    return fc
      .tuple(fc.constantFrom(...operators), right, fc.boolean())
      .map(
        ([op, other, swapped]): Expr =>
          swapped ? { op, left: other, right: left.operand } : { op, left: left.operand, right: other },
      );
  });
}

const arbitraryCallerText: fc.Arbitrary<Operand> = fc.oneof(
  fc.constant<Operand>({ from: "callerId" }),
  fc.constantFrom(...textClaims).map((claim): Operand => ({ from: "claim", claim })),
);

const arbitraryOneOf = (operands: readonly Typed[]): fc.Arbitrary<Expr> =>
  fc
    .constantFrom(...operands.filter((entry) => entry.domain !== undefined))
    .chain((left) =>
      fc
        .array(arbitraryLiteral(left), { maxLength: 3 })
        .map((values): Expr => ({ op: "oneOf", left: left.operand, values })),
    );

const arbitraryIsNull = (operands: readonly Typed[]): fc.Arbitrary<Expr> =>
  fc
    .oneof(
      { arbitrary: fc.constantFrom(...operands).map((entry) => entry.operand), weight: 4 },
      { arbitrary: arbitraryCallerText, weight: 1 },
    )
    .map((arg): Expr => ({ op: "isNull", arg }));

const arbitraryClaimList = (operands: readonly Typed[]): fc.Arbitrary<Expr> =>
  fc
    .tuple(
      fc.constantFrom(...operands.filter(({ domain }) => domain === "text" || domain === "uuid")),
      fc.constantFrom(...listClaims),
    )
    .map(([left, claim]): Expr => ({ op: "oneOfClaim", left: left.operand, claim }));

/** Literals that the check of declarations lets pass: a bigint column meets whole numbers only. */
function arbitraryLiteral({ domain, operand }: Typed): fc.Arbitrary<Literal> {
  const pool = pools[domain ?? "text"];
  const whole = domain === "exact" && operand.from === "row" && operand.path.at(-1) === "large";
  return fc.constantFrom(...pool.filter((value) => !whole || !String(value).includes(".")));
}

/** Every value that a rule can name from one row, through at most two references. */
function operandsOf(
  resource: ResourceModel,
  level: number,
  prefix: readonly string[] = [],
): readonly Typed[] {
  return [...resource.fields.values()].flatMap((field) => {
    const path = [...prefix, field.name];
    if (field.columns.length === 0) return [];
    const here = (part?: FieldPath["part"]): Typed => ({
      operand: { from: "row", path: part ? [...path, part] : path, depth: level },
      domain: domainOf(field.spec, part),
    });
    if (field.spec.kind === "money")
      return field.spec.currency === undefined
        ? [here(), here("amount"), here("currency")]
        : [here(), here("amount")];
    const target = field.relation && policyModel.resources.get(field.relation.target);
    return [here(), ...(target && prefix.length < 2 ? operandsOf(target, level, path) : [])];
  });
}

interface ManyPath {
  readonly path: readonly string[];
  readonly target: ResourceModel;
}

function manyPaths(resource: ResourceModel, prefix: readonly string[] = []): readonly ManyPath[] {
  return [...resource.fields.values()].flatMap((field): readonly ManyPath[] => {
    const target = field.relation && policyModel.resources.get(field.relation.target);
    if (!target) return [];
    const path = [...prefix, field.name];
    if (field.relation?.kind !== "one") return [{ path, target }];
    return prefix.length < 1 ? manyPaths(target, path) : [];
  });
}
