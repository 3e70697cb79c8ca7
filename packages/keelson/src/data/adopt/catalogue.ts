/** What an existing database consists of, as its catalogue says. Everything in a fixed order. */
export interface Catalogue {
  /** The schema that the connection finds tables in when they are named without one. */
  readonly ownSchema: string;
  readonly tables: readonly TableEntry[];
  readonly types: readonly TypeEntry[];
  readonly sequences: readonly SequenceEntry[];
  readonly extensions: readonly string[];
}

export interface TableEntry {
  readonly schema: string;
  readonly name: string;
  readonly kind: "table" | "partitioned" | "view" | "materialized" | "foreign";
  readonly comment: string | null;
  readonly rowSecurity: boolean;
  readonly triggers: readonly string[];
  /** `RANGE (placed_at)` and its like. */
  readonly partitionKey: string | null;
  /** For views: the SELECT. */
  readonly query: string | null;
  readonly columns: readonly ColumnEntry[];
  readonly constraints: readonly ConstraintEntry[];
  readonly indexes: readonly IndexEntry[];
}

export interface ColumnEntry {
  readonly name: string;
  /** As SQL writes it, seen from the connection's own schema. */
  readonly type: string;
  /** What a domain is made of; otherwise the type itself. */
  readonly base: string;
  readonly baseKind: "base" | "enum" | "composite" | "range" | "other";
  readonly isArray: boolean;
  readonly isDomain: boolean;
  readonly enumValues: readonly string[] | null;
  readonly required: boolean;
  readonly identity: "" | "a" | "d";
  readonly generated: boolean;
  readonly default: string | null;
  /** The column's own sequence, for serial columns. */
  readonly sequence: string | null;
  readonly comment: string | null;
}

export interface ConstraintEntry {
  readonly name: string;
  readonly type: "p" | "u" | "c" | "f" | "x";
  readonly columns: readonly string[];
  /** As `alter table … add constraint` takes it. */
  readonly definition: string;
  /** For checks: the expression alone. */
  readonly expression: string | null;
  readonly target: {
    readonly schema: string;
    readonly name: string;
    readonly columns: readonly string[];
  } | null;
  readonly onUpdate: string;
  readonly onDelete: string;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly valid: boolean;
}

export interface IndexEntry {
  readonly name: string;
  readonly unique: boolean;
  readonly primary: boolean;
  /** Made by a constraint, and so not by a statement of its own. */
  readonly ofConstraint: boolean;
  readonly definition: string;
  /** Columns in order; null where an expression stands. */
  readonly columns: readonly (string | null)[];
  readonly descending: readonly boolean[];
  /** False for what a plain index over columns is not: partial, of another method, with other orders or classes. */
  readonly plain: boolean;
  readonly valid: boolean;
}

export interface TypeEntry {
  readonly kind: "enum" | "domain";
  readonly schema: string;
  readonly name: string;
  /** The statement that makes it. */
  readonly definition: string;
}

/** A sequence that no identity column brings along. */
export interface SequenceEntry {
  readonly schema: string;
  readonly name: string;
  readonly type: string;
  /** The column it goes with. */
  readonly owner: { readonly schema: string; readonly table: string; readonly column: string } | null;
}
