/**
 * Access expressions are data. The same tree compiles to SQL (`data/plan`), is interpreted in memory
 * (`model/evaluate-expression.ts`) and is printed in docs and by `keelson explain`.
 *
 * The logic is two-valued: a comparison with a missing value is false, whatever the operator, and `not`
 * turns that into true. So a rule never depends on SQL's third truth value.
 */
export type Expr =
  | { readonly op: "always" }
  | { readonly op: "never" }
  | { readonly op: "and"; readonly args: readonly Expr[] }
  | { readonly op: "or"; readonly args: readonly Expr[] }
  | { readonly op: "not"; readonly arg: Expr }
  | { readonly op: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly op: "isNull"; readonly arg: Operand }
  | { readonly op: "oneOf"; readonly left: Operand; readonly values: readonly Literal[] }
  | { readonly op: "oneOfClaim"; readonly left: Operand; readonly claim: string }
  | { readonly op: "role"; readonly role: string }
  | { readonly op: "signedIn" }
  | { readonly op: "some"; readonly many: readonly string[]; readonly where: Expr };

export type Comparison = "eq" | "ne" | "gt" | "gte" | "lt" | "lte";

export type Literal = string | number | boolean;

/**
 * What a comparison compares. `path` walks from the row through references to a column; `depth` says which
 * row it starts from: 0 the innermost (inside `some`, the related row), 1 the row around it, and so on.
 */
export type Operand =
  | { readonly from: "row"; readonly path: readonly string[]; readonly depth: number }
  | { readonly from: "callerId" }
  | { readonly from: "claim"; readonly claim: string }
  | { readonly from: "now" }
  | { readonly from: "literal"; readonly value: Literal };

declare const refType: unique symbol;

/** A typed place to read a value from: a column of the row, the caller's id, a claim, the time. */
export interface Ref<out T> {
  readonly [refType]?: T;
}

/** A list of related rows, to be asked with {@link some}. */
export interface ManyRef<out R> {
  readonly [refType]?: readonly R[];
}

/** The caller as rules see it. */
export interface CallerRef {
  /** The caller's subject; missing for anonymous callers, so comparisons with it are false. */
  readonly id: Ref<string>;
  /** True when the caller has at least one of the roles. */
  is(...roles: [string, ...string[]]): Expr;
  /** True for every caller with verified credentials. */
  readonly signedIn: Expr;
  /** A string claim of the token; missing when absent or of another type. */
  claim(name: string): Ref<string>;
}

/** Where a reference proxy keeps its operand; not part of the declared language. */
export const operandOf = Symbol("keelson.operand");

export const always: Expr = Object.freeze({ op: "always" });
export const never: Expr = Object.freeze({ op: "never" });
