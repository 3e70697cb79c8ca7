import type { StandardSchemaV1 } from "@standard-schema/spec";

/** A JSON Schema (2020-12) fragment. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export type ScalarKind =
  | "text"
  | "integer"
  | "bigint"
  | "decimal"
  | "number"
  | "boolean"
  | "choice"
  | "money"
  | "date"
  | "timestamp"
  | "uuid"
  | "email"
  | "url"
  | "json"
  | "list"
  | "object";

export type RelationKind = "reference" | "many" | "manyToMany";

export type FieldKind = ScalarKind | RelationKind;

/** A default is a JSON value, or a function that the database computes at insert. */
export type DefaultSpec =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "database"; readonly sql: DatabaseFunction };

/** The database functions a default may name; a closed list, so that no SQL comes in through declarations. */
export type DatabaseFunction = "now()" | "current_date" | "gen_random_uuid()";

/** What a field is, as plain data. Built by the functions in `field.ts`; read by the linker. */
export interface FieldSpec {
  readonly kind: FieldKind;
  readonly optional: boolean;
  readonly unique: boolean;
  readonly immutable: boolean;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  readonly default?: DefaultSpec;
  /** Length for text, value for numbers and dates, count for lists. */
  readonly min?: number | string;
  readonly max?: number | string;
  /** Regular expression (RE2-like subset: no look-around, no back-references) that the whole text must match. */
  readonly pattern?: string;
  readonly description?: string;
  readonly example?: unknown;
  /** Why, and what to use instead. */
  readonly deprecated?: string;
  /** The field's name in the previous model; makes the migration a rename. */
  readonly renamedFrom?: string;
  readonly choices?: readonly string[];
  /** Fixed ISO 4217 code: one column instead of two. */
  readonly currency?: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly schema?: JsonSchema | StandardSchemaV1;
  readonly of?: FieldSpec;
  readonly members?: Readonly<Record<string, FieldSpec>>;
  /** Target resource: a thunk, since resources refer to each other, or a name. */
  readonly target?: (() => { readonly name: string }) | string;
  /** For `many`: the reference field on the other resource that points here. */
  readonly via?: string;
  readonly onDelete?: OnDelete;
  readonly onUpdate?: OnUpdate;
  readonly deferrable?: Deferrable;
  /** How many related rows `expand` embeds at most. */
  readonly embedLimit?: number;
  /** Column names where they do not follow from the field's: one, or two for money of any currency. */
  readonly columns?: readonly string[];
  /** In an older version: made of members that have bounds of their own, so that answers may go beyond its. */
  readonly composed?: true;
  /** PostgreSQL type where it is not the kind's own; such a column has no checks of Keelson's. */
  readonly columnType?: string;
  /** The database fills the column: where the caller gives nothing, or always. */
  readonly filled?: "byDefault" | "always";
  /** The join table of a many-to-many relation where its names are not derived. */
  readonly join?: JoinTable;
  /** For references, known once linked: what the id of the target is. A UUID where it is missing. */
  readonly key?: FieldSpec;
}

/** A join table that has names of its own. */
export interface JoinTable {
  readonly table: string | { readonly schema: string; readonly name: string };
  /** The column that refers to this resource. */
  readonly own: string;
  /** The column that refers to the other one. */
  readonly target: string;
}

/** What happens to a record when the one it refers to is deleted. */
export type OnDelete = "restrict" | "cascade" | "setNull" | "noAction";

/** What happens to a reference when the key of the record it refers to changes. */
export type OnUpdate = "restrict" | "cascade" | "setNull" | "noAction";

/** Whether a transaction may put off the check of a reference, and whether it does by itself. */
export type Deferrable = "immediate" | "deferred";
