import { sql } from "kysely";
import type { Comparison, Expr, Operand } from "../../declare/expression.ts";
import type { FieldModel } from "../../model/app-model.ts";
import type { CallerCast } from "../../model/caller-text.ts";
import { idExpression } from "./id-expression.ts";
import { fromTable, hopScope, joinMany, joinOne, notDeleted, type Scope, through } from "./scope.ts";
import { allOf, anyOf, columnOf, commaList, literalText, type Sql, slot } from "./sql.ts";

const operators: Readonly<Record<Comparison, Sql>> = {
  eq: sql`=`,
  ne: sql`<>`,
  gt: sql`>`,
  gte: sql`>=`,
  lt: sql`<`,
  lte: sql`<=`,
};

/**
 * Compiles an access expression to SQL over the row of the scope. The result may be NULL where the
 * expression is false: a WHERE clause treats both alike, `not` is written `is not true`, and who needs a
 * boolean wraps it in {@link asBoolean}.
 */
export function compileExpression(expr: Expr, scope: Scope): Sql {
  switch (expr.op) {
    case "always":
      return sql`true`;
    case "never":
      return sql`false`;
    case "and":
      return allOf(expr.args.map((arg) => compileExpression(arg, scope)));
    case "or":
      return anyOf(expr.args.map((arg) => compileExpression(arg, scope)));
    case "not":
      return sql`((${compileExpression(expr.arg, scope)}) is not true)`;
    case "role":
    case "signedIn":
      // Decided by `specialise` before planning; reaching this is a bug that must not open anything.
      throw new Error(`"${expr.op}" must be decided before an expression is compiled`);
    case "some":
      return compileSome(expr.many, expr.where, scope);
    case "isNull":
      return sql`(${compileOperand(expr.arg, scope, "text")} is null)`;
    case "oneOf":
      return expr.values.length === 0
        ? sql`false`
        : compared(
            expr.left,
            scope,
            castOf(expr.left, scope),
            (left) => sql`${left} in (${commaList(expr.values.map(literal))})`,
          );
    case "oneOfClaim": {
      const as = castOf(expr.left, scope);
      const list = sql`${slot({ slot: "claimList", claim: expr.claim, as })}::${sql.raw(as)}[]`;
      return compared(
        expr.left,
        { ...scope, asText: isWord(expr.left, scope) },
        as,
        (left) => sql`${left} = any(${list})`,
      );
    }
    default:
      return compileComparison(expr.op, expr.left, expr.right, scope);
  }
}

/** True or false, never NULL: for flags in a select list. */
export const asBoolean = (condition: Sql): Sql<boolean> => sql`coalesce(${condition}, false)`;

/** The side that walks through references becomes the EXISTS, so that PostgreSQL can plan a semi-join. */
function compileComparison(op: Comparison, left: Operand, right: Operand, around: Scope): Sql {
  const operator = operators[op];
  const scope = mixesTexts(left, right, around) ? { ...around, asText: true } : around;
  // Either side may decide what the caller's texts must be, whichever way round the rule was written.
  const sides = [castOf(left, scope), castOf(right, scope)];
  const as = sides.find((side) => side !== "text") ?? "text";
  return walks(right) && !walks(left)
    ? compared(right, scope, as, (value) => sql`${compileOperand(left, scope, as)} ${operator} ${value}`)
    : compared(left, scope, as, (value) => sql`${value} ${operator} ${compileOperand(right, scope, as)}`);
}

/** Compares an operand where it lives: for a path through references, inside the EXISTS that leads there. */
function compared(operand: Operand, scope: Scope, as: Cast, compare: (value: Sql) => Sql): Sql {
  if (!walks(operand) || operand.from !== "row") return sql`(${compare(compileOperand(operand, scope, as))})`;
  const start = at(scope, operand.depth);
  const { hops, rest } = splitPath(start, operand.path);
  return through(start, hops, (inner) => sql`(${compare(columnAt(inner, rest))})`);
}

/** What the texts that a caller brings are compared as. */
type Cast = CallerCast;

function compileOperand(operand: Operand, scope: Scope, as: Cast): Sql {
  switch (operand.from) {
    case "literal":
      return literal(operand.value);
    case "now":
      return sql`now()`;
    case "callerId":
      return sql`${slot({ slot: "callerId", as })}::${sql.raw(as)}`;
    case "claim":
      return sql`${slot({ slot: "claim", claim: operand.claim, as })}::${sql.raw(as)}`;
    case "row": {
      const start = at(scope, operand.depth);
      const { hops, rest } = splitPath(start, operand.path);
      return scalarThrough(start, hops, (inner) => columnAt(inner, rest));
    }
  }
}

/** The value at the end of a walk through references; NULL where the walk ends early. */
function scalarThrough(scope: Scope, hops: readonly string[], inner: (scope: Scope) => Sql): Sql {
  const [hop, ...rest] = hops;
  if (hop === undefined) return inner(scope);
  const next = hopScope(scope, hop);
  return sql`(select ${scalarThrough(next, rest, inner)} from ${fromTable(next)} where ${allOf([joinOne(scope, hop, next), notDeleted(next)])})`;
}

function compileSome(path: readonly string[], where: Expr, scope: Scope): Sql {
  const hops = path.slice(0, -1);
  const field = path.at(-1) ?? "";
  return through(scope, hops, (owner) => {
    const { next, from, on } = joinMany(owner, field);
    const inner: Scope = { ...next, outer: scope };
    return sql`exists (select 1 from ${from} where ${allOf([on, notDeleted(inner), compileExpression(where, inner)])})`;
  });
}

function at(scope: Scope, depth: number): Scope {
  let found = scope;
  for (let step = 0; step < depth; step += 1) {
    if (!found.outer) throw new Error("an operand reaches further out than its expression");
    found = found.outer;
  }
  return found;
}

const walks = (operand: Operand): boolean => operand.from === "row" && operand.path.length > 1;

/** Splits a path into references to walk and the field (with a part, for money) at the end. */
function splitPath(
  scope: Scope,
  path: readonly string[],
): { readonly hops: readonly string[]; readonly rest: readonly string[] } {
  const hops: string[] = [];
  let resource = scope.resource;
  for (const [position, segment] of path.entries()) {
    const field = resource.fields.get(segment);
    const target =
      field?.relation?.kind === "one" ? scope.model.resources.get(field.relation.target) : undefined;
    if (!target || position === path.length - 1) return { hops, rest: path.slice(position) };
    hops.push(segment);
    resource = target;
  }
  return { hops, rest: [] };
}

function columnAt(scope: Scope, rest: readonly string[]): Sql {
  const field = scope.resource.fields.get(rest[0] ?? "");
  if (!field) throw new Error(`"${scope.resource.name}" has no field "${rest[0]}"`);
  const column = partColumn(scope.alias, field, rest[1]);
  return scope.asText === true && isLikeText(field) ? sql`${column}::text` : column;
}

/** Whether a column holds words in a type of their own, such as an enum, which PostgreSQL compares with no text. */
export const isLikeText = ({ spec: { kind, columnType } }: FieldModel): boolean =>
  columnType !== undefined &&
  ["text", "choice", "email", "url"].includes(kind) &&
  !/^(text|varchar|character varying)\b/.test(columnType);

/** Literals become whatever they are compared with; other texts do not. */
const mixesTexts = (left: Operand, right: Operand, scope: Scope): boolean =>
  (left.from !== "literal" && isWord(right, scope)) || (right.from !== "literal" && isWord(left, scope));

function isWord(operand: Operand, scope: Scope): boolean {
  const field = fieldOf(operand, scope);
  return field !== undefined && isLikeText(field);
}

/** The column that holds a field, or one part of it. */
export function partColumn(alias: string, field: FieldModel, part: string | undefined): Sql {
  if (part === "currency" && field.spec.currency !== undefined) return literalText(field.spec.currency);
  if (field.parts) return idExpression(alias, field.parts);
  const column = part === "currency" ? field.columns[1] : field.columns[0];
  if (!column) throw new Error(`"${field.name}" has no column`);
  return columnOf(alias, column.name);
}

/** What a value that is compared with a field, or one part of it, is cast to: without a scale that would round it. */
export function partType(field: FieldModel, part: string | undefined): string {
  const type =
    field.parts?.length === 1 ? field.parts[0]?.type : field.columns[part === "currency" ? 1 : 0]?.type;
  return type === undefined ? "text" : unbounded(type);
}

/** A type without its length or scale, which would cut or round what is cast to it. `char` alone is one character. */
export const unbounded = (type: string): string =>
  /^char(acter)?\s*\(/.test(type) ? "bpchar" : type.replace(/\(\d+(,\s*-?\d+)?\)/, "");

/** Whether a value that meets this operand must be a UUID, or the number of a record. */
function castOf(operand: Operand, scope: Scope): Cast {
  const field = fieldOf(operand, scope);
  if (field?.spec.kind === "reference" && field.spec.key) return castOfKind(field.spec.key.kind);
  return field?.columns[0]?.type === "uuid" ? "uuid" : "text";
}

/** The field that an operand names. */
function fieldOf(operand: Operand, scope: Scope): FieldModel | undefined {
  if (operand.from !== "row") return undefined;
  const start = at(scope, operand.depth);
  const { hops, rest } = splitPath(start, operand.path);
  let resource = start.resource;
  for (const hop of hops) {
    const relation = resource.fields.get(hop)?.relation;
    resource = (relation && start.model.resources.get(relation.target)) ?? resource;
  }
  return resource.fields.get(rest[0] ?? "");
}

const castOfKind = (kind: string): Cast => (kind === "bigint" ? "bigint" : kind === "uuid" ? "uuid" : "text");

const literal = (value: string | number | boolean): Sql =>
  typeof value === "string" ? literalText(value) : sql.raw(String(value));
