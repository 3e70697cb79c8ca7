import type { AlterTableCmd, RangeVar } from "libpg-query";
import { ColumnFacts } from "./column-facts.ts";
import type { Node, SqlParser } from "./parse-sql.ts";
import { type PgType, parsePgType } from "./pg-type.ts";
import { canonicalName, listedName, relationName } from "./sql-name.ts";

/** What is known of the database before a migration; everything left out is assumed for the worse. */
export interface CheckContext {
  /**
   * Tables that may hold rows and be in use. Without it every table that the migrations do not
   * create counts. Names as `orders` or `billing.invoices`.
   */
  readonly existingTables?: ReadonlySet<string>;
  /** Tables made by earlier migrations of the same deployment, which no running code uses yet. */
  readonly createdBefore?: ReadonlySet<string>;
  /** Types by `table.column`, e.g. `orders.total` → `integer`; they decide which type changes rewrite. */
  readonly columnTypes?: ReadonlyMap<string, string>;
  /** Columns, as `table.column`, that are NOT NULL or have a valid CHECK (column IS NOT NULL). */
  readonly provenNotNull?: ReadonlySet<string>;
}

/**
 * What the statements so far have made: it starts from the context and is told of each statement
 * after its check. A table, column, index or domain made on the way is new, so no running code uses
 * it and no rows wait in it, until it is deployed.
 */
export class SchemaState {
  readonly #existing: Set<string> | undefined;
  readonly #created = new Set<string>();
  readonly #createdIndexes = new Set<string>();
  readonly #createdObjects = new Set<string>();
  readonly #constrainedDomains = new Set<string>();
  readonly #newColumns = new Set<string>();
  readonly #newConstraints = new Set<string>();
  readonly #droppedConstraints = new Set<string>();
  readonly #columns: ColumnFacts;

  constructor(context: CheckContext, parser: SqlParser) {
    this.#existing = context.existingTables && new Set([...context.existingTables].map(canonicalName));
    for (const table of context.createdBefore ?? []) this.#created.add(canonicalName(table));
    this.#columns = new ColumnFacts([...(context.provenNotNull ?? [])].map(canonicalName));
    for (const [column, text] of context.columnTypes ?? []) {
      const type = parsePgType(text, parser);
      if (type !== undefined) this.#columns.setType(canonicalName(column), type);
    }
  }

  /** What has been made so far is in use from now on; what has been proven stays proven. */
  deploy(): void {
    for (const table of this.#created) this.#existing?.add(table);
    const made = [this.#created, this.#createdIndexes, this.#createdObjects, this.#newColumns];
    for (const names of [...made, this.#newConstraints, this.#droppedConstraints]) names.clear();
  }

  /** Whether rows and running code may depend on a table. */
  isExisting(table: string): boolean {
    if (this.#created.has(table)) return false;
    return this.#existing === undefined || this.#existing.has(table);
  }

  isExistingRelation(relation: RangeVar | undefined): boolean {
    return (
      relation !== undefined && relation.relpersistence !== "t" && this.isExisting(relationName(relation))
    );
  }

  isNewColumn(table: string, column: string): boolean {
    return this.#newColumns.has(`${table}.${column}`);
  }

  isNewConstraint(table: string, constraint: string): boolean {
    return this.#newConstraints.has(`${table}.${constraint}`);
  }

  wasConstraintDropped(table: string, constraint: string): boolean {
    return this.#droppedConstraints.has(`${table}.${constraint}`);
  }

  columnType(table: string, column: string): PgType | undefined {
    return this.#columns.type(table, column);
  }

  /** @param dropped names of constraints that the same statement drops: they prove nothing any more */
  isProvenNotNull(table: string, column: string, dropped: readonly string[] = []): boolean {
    return this.#columns.isProvenNotNull(table, column, dropped);
  }

  isNewIndex(index: string): boolean {
    return this.#createdIndexes.has(index);
  }

  /** Views, types, functions, sequences and schemas made by the migrations. */
  isNewObject(name: string): boolean {
    return this.#createdObjects.has(name);
  }

  isConstrainedDomain(type: string): boolean {
    return this.#constrainedDomains.has(canonicalName(type));
  }

  /** Takes over what a statement has done. Commands of ALTER TABLE are told one by one instead. */
  apply(node: Node): void {
    if ("CreateStmt" in node) this.#createTable(node);
    else if ("CreateTableAsStmt" in node) {
      this.#create(node.CreateTableAsStmt.into?.rel, node.CreateTableAsStmt.if_not_exists);
    } else if ("SelectStmt" in node) this.#create(node.SelectStmt.intoClause?.rel, false);
    else if ("IndexStmt" in node) this.#createIndex(node.IndexStmt.relation, node.IndexStmt.idxname);
    else if ("RenameStmt" in node) this.#rename(node);
    else this.#createObject(node);
  }

  applyCommand(table: string, { subtype, name = "", def }: AlterTableCmd): void {
    if (def !== undefined && "ColumnDef" in def) {
      const column = def.ColumnDef.colname ?? name;
      if (subtype === "AT_AddColumn") this.#newColumns.add(`${table}.${column}`);
      this.#columns.define(table, column, def.ColumnDef);
    }
    if (subtype === "AT_AddConstraint" && def !== undefined && "Constraint" in def) {
      this.#newConstraints.add(`${table}.${def.Constraint.conname ?? ""}`);
      this.#columns.addConstraint(table, def.Constraint);
    }
    if (subtype === "AT_ValidateConstraint") this.#columns.validateConstraint(table, name);
    if (subtype === "AT_DropConstraint") {
      this.#droppedConstraints.add(`${table}.${name}`);
      this.#columns.dropConstraint(table, name);
    }
    if (subtype === "AT_SetNotNull") this.#columns.setNotNull(table, name);
    if (subtype === "AT_DropNotNull" || subtype === "AT_DropColumn") this.#columns.dropNotNull(table, name);
  }

  #createTable(node: Extract<Node, { CreateStmt: unknown }>): void {
    const { relation, if_not_exists, tableElts = [] } = node.CreateStmt;
    this.#create(relation, if_not_exists);
    if (relation === undefined) return;
    const table = relationName(relation);
    for (const element of tableElts) {
      if ("ColumnDef" in element) {
        this.#columns.define(table, element.ColumnDef.colname ?? "", element.ColumnDef);
      } else if ("Constraint" in element) this.#columns.addConstraint(table, element.Constraint);
    }
  }

  /** IF NOT EXISTS may find the table there, with rows; only the list of existing tables can tell. */
  #create(relation: RangeVar | undefined, ifNotExists: boolean | undefined): void {
    if (relation === undefined) return;
    const name = relationName(relation);
    if (ifNotExists && this.#existing?.has(name)) return;
    this.#created.add(name);
    this.#createdObjects.add(name);
  }

  #createIndex(relation: RangeVar | undefined, index: string | undefined): void {
    if (relation === undefined || index === undefined) return;
    this.#createdIndexes.add(relationName({ ...relation, relname: index }));
  }

  #rename(node: Extract<Node, { RenameStmt: unknown }>): void {
    const { renameType, relation, subname = "", newname = "" } = node.RenameStmt;
    if (relation === undefined) return;
    const table = relationName(relation);
    if (renameType === "OBJECT_COLUMN") this.#columns.renameColumn(table, subname, newname);
    if (renameType !== "OBJECT_TABLE") return;
    const renamed = relationName({ ...relation, relname: newname });
    this.#columns.renameTable(table, renamed);
    if (this.#created.has(table)) this.#created.add(renamed);
    else this.#existing?.add(renamed);
  }

  #createObject(node: Node): void {
    if ("CreateDomainStmt" in node) {
      const name = listedName({ List: { items: node.CreateDomainStmt.domainname ?? [] } });
      if ((node.CreateDomainStmt.constraints ?? []).length > 0) this.#constrainedDomains.add(name);
      this.#createdObjects.add(name);
    } else if ("CreateEnumStmt" in node) this.#addObject(node.CreateEnumStmt.typeName);
    else if ("CompositeTypeStmt" in node) this.#addRelation(node.CompositeTypeStmt.typevar);
    else if ("ViewStmt" in node) this.#addRelation(node.ViewStmt.replace ? undefined : node.ViewStmt.view);
    else if ("CreateSeqStmt" in node) this.#addRelation(node.CreateSeqStmt.sequence);
    else if ("CreateFunctionStmt" in node && !node.CreateFunctionStmt.replace) {
      this.#addObject(node.CreateFunctionStmt.funcname);
    } else if ("CreateSchemaStmt" in node) this.#createdObjects.add(node.CreateSchemaStmt.schemaname ?? "");
  }

  #addObject(names: Node[] | undefined): void {
    if (names !== undefined) this.#createdObjects.add(listedName({ List: { items: names } }));
  }

  #addRelation(relation: RangeVar | undefined): void {
    if (relation !== undefined) this.#createdObjects.add(relationName(relation));
  }
}
