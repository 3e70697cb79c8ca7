import {
  always,
  type CallerRef,
  type Comparison,
  type Expr,
  type Literal,
  type ManyRef,
  never,
  type Operand,
  operandOf,
  type Ref,
} from "./expression.ts";

/** What may stand where an expression is asked for. */
export type Condition = Expr | boolean;

type Comparable<T> = Ref<T> | (T & Literal);

/** All of the conditions hold; with none, true. */
export function and(...conditions: readonly Condition[]): Expr {
  const args = conditions.map(toExpr).filter((arg) => arg.op !== "always");
  if (args.some((arg) => arg.op === "never")) return never;
  if (args.length <= 1) return args[0] ?? always;
  return freeze({ op: "and", args: args.flatMap((arg) => (arg.op === "and" ? arg.args : [arg])) });
}

/** At least one of the conditions holds; with none, false. */
export function or(...conditions: readonly Condition[]): Expr {
  const args = conditions.map(toExpr).filter((arg) => arg.op !== "never");
  if (args.some((arg) => arg.op === "always")) return always;
  if (args.length <= 1) return args[0] ?? never;
  return freeze({ op: "or", args: args.flatMap((arg) => (arg.op === "or" ? arg.args : [arg])) });
}

/** The condition does not hold. */
export function not(condition: Condition): Expr {
  const arg = toExpr(condition);
  if (arg.op === "always") return never;
  if (arg.op === "never") return always;
  return arg.op === "not" ? arg.arg : freeze({ op: "not", arg });
}

/** Equal. False when either side is missing. */
export const eq = <T>(left: Comparable<T>, right: Comparable<T>): Expr => compare("eq", left, right);
/** Different. False when either side is missing. */
export const ne = <T>(left: Comparable<T>, right: Comparable<T>): Expr => compare("ne", left, right);
/** Greater. For numbers, dates and timestamps; false when either side is missing. Texts have no order. */
export const gt = <T>(left: Comparable<T>, right: Comparable<T>): Expr => compare("gt", left, right);
/** Greater or equal; as {@link gt}. */
export const gte = <T>(left: Comparable<T>, right: Comparable<T>): Expr => compare("gte", left, right);
/** Less; as {@link gt}. */
export const lt = <T>(left: Comparable<T>, right: Comparable<T>): Expr => compare("lt", left, right);
/** Less or equal; as {@link gt}. */
export const lte = <T>(left: Comparable<T>, right: Comparable<T>): Expr => compare("lte", left, right);

/** The value is missing. */
export const isNull = (value: Ref<unknown>): Expr => freeze({ op: "isNull", arg: toOperand(value) });

/** The value is one of a fixed list. False when it is missing. */
export const oneOf = <T extends Literal>(value: Ref<T>, values: readonly NoInfer<T>[]): Expr =>
  freeze({ op: "oneOf", left: toOperand(value), values: [...values] });

/** The value is one of the strings in a list claim of the token, e.g. the caller's organisations. */
export const oneOfClaim = (value: Ref<string>, claim: string): Expr =>
  freeze({ op: "oneOfClaim", left: toOperand(value), claim });

/**
 * At least one related row fulfils the condition. Rules see all rows: the related resource's own do not apply.
 *
 * @throws TypeError when `many` is no to-many relation of the innermost row
 */
export function some<R>(many: ManyRef<R>, where: (row: R) => Condition): Expr {
  const operand = toOperand(many as Ref<unknown>);
  if (operand.from !== "row" || operand.depth !== 0) {
    throw new TypeError("some() asks a to-many relation of the innermost row");
  }
  nesting += 1;
  try {
    const inner = toExpr(where(rowProxy(nesting) as R));
    return freeze({ op: "some", many: operand.path, where: inner });
  } finally {
    nesting -= 1;
  }
}

/** The present moment of the statement, as a timestamp. */
export const now: Ref<string> = ref({ from: "now" });

/** Everyone, signed in or not. */
export const everyone = (): Expr => always;
/** Nobody but the system. The same as leaving the rule out, said aloud. */
export const nobody = (): Expr => never;

/** The caller as rules see it; one frozen value, since rules run once, at boot. */
export const callerRef: CallerRef = Object.freeze({
  id: ref<string>({ from: "callerId" }),
  is: (...roles: [string, ...string[]]) => or(...roles.map((role): Expr => freeze({ op: "role", role }))),
  signedIn: Object.freeze({ op: "signedIn" } as const),
  claim: (claim: string) => ref<string>({ from: "claim", claim }),
});

// Rules are evaluated synchronously, once, at link time: the level of `some` nesting is known while they run.
let nesting = 0;

/** Evaluates a rule with reference proxies and returns the tree. */
export function readRule(rule: (row: never, caller: CallerRef) => Condition): Expr {
  return toExpr(rule(rowProxy(nesting) as never, callerRef));
}

/** A stand-in for a row: every property is a reference with the path that was walked. */
function rowProxy(level: number, path: readonly string[] = []): unknown {
  return new Proxy(Object.freeze({}), {
    get(_target, property) {
      if (property === operandOf) {
        return freeze({ from: "row", path, depth: nesting - level } satisfies Operand);
      }
      return typeof property === "string" ? rowProxy(level, [...path, property]) : undefined;
    },
  });
}

function compare(op: Comparison, left: unknown, right: unknown): Expr {
  return freeze({ op, left: toOperand(left), right: toOperand(right) });
}

function toOperand(value: unknown): Operand {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return freeze({ from: "literal", value });
  }
  const operand = (value as { [operandOf]?: Operand } | null | undefined)?.[operandOf];
  if (!operand) {
    throw new TypeError(
      `a rule compares ${value === null ? "null" : typeof value}; use isNull() for missing values`,
    );
  }
  return operand;
}

function toExpr(condition: Condition): Expr {
  if (typeof condition === "boolean") return condition ? always : never;
  if (condition === null || typeof condition !== "object" || typeof condition.op !== "string") {
    throw new TypeError("a rule must return a condition such as eq(row.owner, caller.id), true or false");
  }
  return condition;
}

function ref<T>(operand: Operand): Ref<T> {
  return Object.freeze({ [operandOf]: freeze(operand) }) as Ref<T>;
}

function freeze<T extends object>(value: T): Readonly<T> {
  return Object.freeze(value);
}
