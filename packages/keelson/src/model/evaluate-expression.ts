import type { Caller } from "../base/caller.ts";
import type { Comparison, Expr, Literal, Operand } from "../declare/expression.ts";
import type { FieldPath, ResourceModel } from "./app-model.ts";
import { callerText, callerTexts } from "./caller-text.ts";
import { compareValues, type ScalarValue } from "./compare-values.ts";
import { comparable, type Domain, domainOf } from "./comparison-domain.ts";

/** One row in memory. Rows that were deleted softly count as absent and are never handed out. */
export interface RowAccess {
  readonly resource: Pick<ResourceModel, "name" | "fields">;
  /** The value as the API shows it; a reference gives the id. */
  value(field: string, part?: FieldPath["part"]): ScalarValue | null;
  /** The row that a reference leads to. */
  one(field: string): RowAccess | null;
  /** The rows of a to-many relation. */
  many(field: string): readonly RowAccess[];
}

export interface Environment {
  /** The innermost row first; empty for rules of operations without a row. */
  readonly rows: readonly RowAccess[];
  readonly caller: Caller;
  /** RFC 3339. */
  readonly now: string;
}

/**
 * The reference interpreter: decides an expression over rows in memory. What the planner compiles to SQL is
 * tested to decide the same. Rules do not apply to the system, so for it every expression holds.
 */
export const evaluate = (expr: Expr, env: Environment): boolean =>
  env.caller.kind === "system" || decide(expr, env);

function decide(expr: Expr, env: Environment): boolean {
  switch (expr.op) {
    case "always":
      return true;
    case "never":
      return false;
    case "and":
      return expr.args.every((arg) => decide(arg, env));
    case "or":
      return expr.args.some((arg) => decide(arg, env));
    case "not":
      return !decide(expr.arg, env);
    case "role":
      return (env.caller.roles as readonly string[]).includes(expr.role);
    case "signedIn":
      return env.caller.kind === "user";
    case "isNull":
      return read(expr.arg, env).value === null;
    case "oneOf":
      return expr.values.some((value) => compare("eq", read(expr.left, env), literal(value)));
    case "oneOfClaim":
      return callerTexts(env.caller.claims[expr.claim], "text").some((value) =>
        compare("eq", read(expr.left, env), { value, domain: undefined }),
      );
    case "some":
      return relatedRows(expr.many, env).some((row) =>
        decide(expr.where, { ...env, rows: [row, ...env.rows] }),
      );
    default:
      return compare(expr.op, read(expr.left, env), read(expr.right, env));
  }
}

/** A value, and the domain it brings along; what the caller or a rule says takes the domain of its partner. */
interface Read {
  readonly value: ScalarValue | null;
  readonly domain: Domain | undefined;
}

const literal = (value: Literal): Read => ({ value, domain: undefined });
const missing: Read = { value: null, domain: undefined };

function compare(op: Comparison, left: Read, right: Read): boolean {
  const domain = meetingDomain(left, right);
  const a = fit(left, domain);
  const b = fit(right, domain);
  if (a === null || b === null) return false;
  const sign = compareValues(domain, a, b);
  switch (op) {
    case "eq":
      return sign === 0;
    case "ne":
      return sign !== 0;
    case "gt":
      return sign > 0;
    case "gte":
      return sign >= 0;
    case "lt":
      return sign < 0;
    case "lte":
      return sign <= 0;
  }
}

function meetingDomain(left: Read, right: Read): Domain {
  const [a, b] = [left.domain ?? right.domain, right.domain ?? left.domain];
  if (a === undefined || b === undefined) return typeof left.value === "number" ? "floating" : "text";
  if (!comparable(a, b)) throw new TypeError(`a rule compares ${a} with ${b}`);
  return a === "integral" ? b : a;
}

/** Text that is no UUID cannot equal one, nor differ from one: it counts as missing. */
const fit = ({ value, domain }: Read, as: Domain): ScalarValue | null => {
  if (domain !== undefined) return value;
  if (as === "uuid") return callerText(value, "uuid");
  return as === "numeral" ? callerText(value, "bigint") : value;
};

function read(operand: Operand, env: Environment): Read {
  switch (operand.from) {
    case "literal":
      return literal(operand.value);
    case "now":
      return { value: env.now, domain: "timestamp" };
    case "callerId":
      return { value: callerText(env.caller.id, "text"), domain: undefined };
    case "claim":
      return { value: callerText(env.caller.claims[operand.claim], "text"), domain: undefined };
    case "row":
      return readPath(rowAt(env, operand.depth), operand.path);
  }
}

function readPath(start: RowAccess, path: readonly string[]): Read {
  let row: RowAccess | null = start;
  for (const [position, name] of path.entries()) {
    const field: ReturnType<typeof fieldOf> = fieldOf(row, name);
    if (field.relation?.kind !== "one" || position === path.length - 1) {
      const part = path[position + 1] as FieldPath["part"];
      return { value: row.value(name, part), domain: domainOf(field.spec, part) };
    }
    row = row.one(name);
    if (!row) return missing;
  }
  throw new TypeError("a rule reads a row without naming a field");
}

function relatedRows(path: readonly string[], env: Environment): readonly RowAccess[] {
  let row: RowAccess | null = rowAt(env, 0);
  for (const hop of path.slice(0, -1)) row = row?.one(hop) ?? null;
  return row?.many(path.at(-1) ?? "") ?? [];
}

function rowAt(env: Environment, depth: number): RowAccess {
  const row = env.rows[depth];
  if (!row) throw new TypeError("a rule reaches further out than there are rows");
  return row;
}

function fieldOf(row: RowAccess, name: string) {
  const field = row.resource.fields.get(name);
  if (!field) throw new TypeError(`"${row.resource.name}" has no field "${name}"`);
  return field;
}
