import type { ColumnDef, Constraint, Node } from "libpg-query";
import { type PgType, pgType } from "./pg-type.ts";
import { listedName } from "./sql-name.ts";
import { constraintsOf } from "./statement-lock.ts";

/** Stands for the constraints behind columns that a caller calls proven, whose names are not known. */
const unnamed = "";

/**
 * What is known of columns: their types, and which of them hold no null because they are declared so or
 * because a valid constraint says so. Tables, columns and constraints go by their canonical names.
 */
export class ColumnFacts {
  readonly #types = new Map<string, PgType>();
  /** Columns declared NOT NULL. */
  readonly #notNull = new Set<string>();
  /** Columns that a valid constraint keeps from being null, by `table.constraint`. */
  readonly #proofs = new Map<string, readonly string[]>();
  /** The same for constraints added NOT VALID, which prove nothing until they are validated. */
  readonly #unvalidated = new Map<string, readonly string[]>();

  constructor(provenNotNull: readonly string[]) {
    this.#proofs.set(unnamed, provenNotNull);
  }

  type(table: string, column: string): PgType | undefined {
    return this.#types.get(`${table}.${column}`);
  }

  setType(column: string, type: PgType): void {
    this.#types.set(column, type);
  }

  /**
   * Whether PostgreSQL knows without a scan that a column holds no null. It drops the constraints of an
   * ALTER TABLE before it sets NOT NULL, so a proof that goes in the same statement is none.
   *
   * @param dropped names of the constraints that the statement drops
   */
  isProvenNotNull(table: string, column: string, dropped: readonly string[] = []): boolean {
    const key = `${table}.${column}`;
    if (this.#notNull.has(key)) return true;
    return [...this.#proofs].some(([constraint, columns]) => {
      const gone =
        constraint === unnamed
          ? dropped.length > 0
          : dropped.some((name) => constraint === `${table}.${name}`);
      return !gone && columns.includes(key);
    });
  }

  /** A definition in CREATE TABLE or ADD COLUMN, or the new type of a column. */
  define(table: string, column: string, { typeName, constraints }: ColumnDef): void {
    if (typeName !== undefined) this.#types.set(`${table}.${column}`, pgType(typeName));
    for (const constraint of constraintsOf(constraints)) {
      const { contype } = constraint;
      if (contype === "CONSTR_NOTNULL" || contype === "CONSTR_PRIMARY") this.setNotNull(table, column);
      else this.addConstraint(table, constraint);
    }
  }

  setNotNull(table: string, column: string): void {
    this.#notNull.add(`${table}.${column}`);
  }

  dropNotNull(table: string, column: string): void {
    this.#notNull.delete(`${table}.${column}`);
  }

  addConstraint(table: string, constraint: Constraint): void {
    if (constraint.contype === "CONSTR_PRIMARY") {
      for (const column of (constraint.keys ?? []).map(listedName)) this.setNotNull(table, column);
    }
    const columns = columnsProvenNotNull(constraint).map((column) => `${table}.${column}`);
    const proven = constraint.skip_validation ? this.#unvalidated : this.#proofs;
    if (constraint.conname !== undefined) proven.set(`${table}.${constraint.conname}`, columns);
  }

  validateConstraint(table: string, name: string): void {
    const columns = this.#unvalidated.get(`${table}.${name}`);
    if (columns !== undefined) this.#proofs.set(`${table}.${name}`, columns);
  }

  dropConstraint(table: string, name: string): void {
    this.#proofs.delete(`${table}.${name}`);
    this.#unvalidated.delete(`${table}.${name}`);
  }

  /** Types follow a renamed table; proofs are rare there and begin anew. */
  renameTable(from: string, to: string): void {
    for (const [column, type] of [...this.#types]) {
      if (!column.startsWith(`${from}.`)) continue;
      this.#types.delete(column);
      this.#types.set(`${to}${column.slice(from.length)}`, type);
    }
  }

  renameColumn(table: string, from: string, to: string): void {
    const type = this.type(table, from);
    this.#types.delete(`${table}.${from}`);
    if (type !== undefined) this.#types.set(`${table}.${to}`, type);
  }
}

/** Columns that a constraint keeps from being null: those of `a IS NOT NULL AND b IS NOT NULL AND …`. */
function columnsProvenNotNull({ contype, raw_expr, keys }: Constraint): string[] {
  if (contype === "CONSTR_NOTNULL") return (keys ?? []).map(listedName);
  return contype === "CONSTR_CHECK" && raw_expr !== undefined
    ? conjuncts(raw_expr).flatMap(testedColumn)
    : [];
}

function conjuncts(expression: Node): readonly Node[] {
  const isAnd = "BoolExpr" in expression && expression.BoolExpr.boolop === "AND_EXPR";
  return isAnd ? (expression.BoolExpr.args ?? []) : [expression];
}

function testedColumn(expression: Node): string[] {
  if (!("NullTest" in expression) || expression.NullTest.nulltesttype !== "IS_NOT_NULL") return [];
  const { arg } = expression.NullTest;
  const fields = arg !== undefined && "ColumnRef" in arg ? (arg.ColumnRef.fields ?? []) : [];
  return fields.length === 1 ? [listedName(fields[0])] : [];
}
