import type { StandardSchemaV1 } from "@standard-schema/spec";
import type {
  DatabaseFunction,
  Deferrable,
  FieldKind,
  FieldSpec,
  JoinTable,
  JsonSchema,
  OnDelete,
  OnUpdate,
} from "./field-spec.ts";

/** What the type level remembers of the modifiers that were called. */
export type Modifier = "optional" | "default" | "readOnly" | "writeOnly" | "immutable";

/** How a relation field looks at the type level; `undefined` for scalars. */
export interface Relation<Target = unknown, Cardinality extends "one" | "many" = "one" | "many"> {
  readonly target: Target;
  readonly cardinality: Cardinality;
  /** True for `many`: has no column and cannot be written. */
  readonly inverse: boolean;
}

/**
 * A field declaration: an immutable value; every modifier returns a new one.
 *
 * @typeParam T - the JSON value as the API shows it
 * @typeParam M - the modifiers called so far
 * @typeParam R - the relation, for references
 */
export class Field<out T = unknown, out M extends Modifier = Modifier, out R = unknown> {
  declare readonly "~types": { readonly value: T; readonly modifiers: M; readonly relation: R };
  readonly spec: FieldSpec;

  constructor(spec: FieldSpec) {
    this.spec = Object.freeze(spec);
    Object.freeze(this);
  }

  /** May be missing: `null` in answers, not required in input. */
  optional(): Field<T, M | "optional", R> {
    return this.with({ optional: true });
  }
  /** Used when the caller gives no value: a JSON value of the field's own kind. */
  default(value: T): Field<T, M | "default", R> {
    return this.with({ default: { kind: "value", value } });
  }
  /** Used when the caller gives no value: computed by the database at insert. */
  defaultTo(sql: DatabaseFunction): Field<T, M | "default", R> {
    return this.with({ default: { kind: "database", sql } });
  }
  /** No two records have the same value. Missing values do not collide. */
  unique(): Field<T, M, R> {
    return this.with({ unique: true });
  }
  /** Set at creation, never changed. */
  immutable(): Field<T, M | "immutable", R> {
    return this.with({ immutable: true });
  }
  /** Clients see it and cannot set it; handlers can. */
  readOnly(): Field<T, M | "readOnly", R> {
    return this.with({ readOnly: true });
  }
  /** Clients can set it and never see it. */
  writeOnly(): Field<T, M | "writeOnly", R> {
    return this.with({ writeOnly: true });
  }
  /** Documentation, in Markdown. */
  description(text: string): Field<T, M, R> {
    return this.with({ description: text });
  }
  /** An example value for documentation. */
  example(value: T): Field<T, M, R> {
    return this.with({ example: value });
  }
  /** Marks the field as deprecated: why, and what to use instead. */
  deprecated(reason: string): Field<T, M, R> {
    return this.with({ deprecated: reason });
  }
  /** The field's name before; the next migration renames the column instead of dropping it. */
  renamedFrom(name: string): Field<T, M, R> {
    return this.with({ renamedFrom: name });
  }
  /**
   * The column, where it is not called as the field in snake_case. With `type`, a PostgreSQL type that is not the
   * kind's own, such as `varchar(40)` or the name of an enum: the column is then as the database has it, and
   * what the field allows is checked by Keelson alone.
   */
  column(name: string, options: ColumnOptions = {}): Field<T, M, R> {
    return this.with({
      columns: [name],
      ...(options.type === undefined ? {} : { columnType: options.type }),
    });
  }
  /** The two columns of money of any currency. */
  columns(amount: string, currency: string): Field<T, M, R> {
    return this.with({ columns: [amount, currency] });
  }
  /** The column has a default that the database computes: it may be left out at creation. */
  filledByDatabase(): Field<T, M | "default", R> {
    return this.with({ filled: "byDefault" });
  }
  /** A generated column: the database computes it, nobody sets it. */
  computedByDatabase(): Field<T, M | "default" | "readOnly", R> {
    return this.with({ filled: "always", readOnly: true });
  }

  private with<N extends Modifier>(change: Partial<FieldSpec>): Field<T, N, R> {
    return new Field<T, N, R>({ ...this.spec, ...change });
  }
}

/** What a column is, where that does not follow from its field. */
export interface ColumnOptions {
  /** As SQL writes it: `varchar(40)`, `timestamp(3)`, `"order_status"`. */
  readonly type?: string;
}

/** Fields by name, in declaration order. */
export type Fields = Readonly<Record<string, Field>>;

type Scalar<T> = Field<T, never, undefined>;

/** Bounds in characters; `pattern` must match the whole text and is checked in linear time. */
export interface TextOptions {
  /** @defaultValue 0 characters */
  readonly min?: number;
  /** @defaultValue 10,000 characters */
  readonly max?: number;
  /** A regular expression without look-around and back-references, e.g. `[A-Z0-9-]+`. */
  readonly pattern?: string;
}

/** Least and greatest value, both allowed; written as the field's values are. */
export interface RangeOptions<T = number> {
  readonly min?: T;
  readonly max?: T;
}

/** Unicode text. */
export const text = (options: TextOptions = {}): Scalar<string> => scalar("text", options);
/** 32-bit whole number. */
export const integer = (options: RangeOptions = {}): Scalar<number> => scalar("integer", options);
/** 64-bit whole number; a JSON string, since JSON numbers lose precision beyond 2^53. */
export const bigint = (options: RangeOptions<string> = {}): Scalar<string> => scalar("bigint", options);
/**
 * Exact decimal number; a JSON string, `"12.50"`. `precision` digits in all, `scale` of them after the point
 * (0); without `precision`, as many as fit into 1,000 characters.
 */
export const decimal = (
  options: RangeOptions<string> & { readonly precision?: number; readonly scale?: number } = {},
): Scalar<string> => scalar("decimal", options);
/** IEEE 754 double; finite. */
export const number = (options: RangeOptions = {}): Scalar<number> => scalar("number", options);
/** True or false. */
export const boolean = (): Scalar<boolean> => scalar("boolean", {});
/** One of a fixed set of words. */
export const choice = <const C extends readonly [string, ...string[]]>(...choices: C): Scalar<C[number]> =>
  scalar("choice", { choices });
/**
 * Amount in minor units and ISO 4217 currency; with `currency` given, only that one. `min` and `max` bound the
 * amount, which is a whole number that a double holds exactly.
 */
export const money = (
  options: { readonly currency?: string; readonly min?: number; readonly max?: number } = {},
): Scalar<Money> => scalar("money", options);
/** Calendar date, `2026-11-21`, without a time zone. */
export const date = (options: RangeOptions<string> = {}): Scalar<string> => scalar("date", options);
/** Moment in time, RFC 3339: any offset is taken, UTC with up to microseconds is answered. */
export const timestamp = (options: RangeOptions<string> = {}): Scalar<string> => scalar("timestamp", options);
/** UUID of any version, in lower case. */
export const uuid = (): Scalar<string> => scalar("uuid", {});
/** E-mail address, at most 254 characters. */
export const email = (): Scalar<string> => scalar("email", {});
/** Absolute http or https URL, at most 2,048 characters. */
export const url = (): Scalar<string> => scalar("url", {});

/** Any JSON that fits the schema: JSON Schema 2020-12, or a Standard Schema for the type's sake. */
export function json<S extends StandardSchemaV1>(schema: S): Scalar<StandardSchemaV1.InferOutput<S>>;
export function json<T = unknown>(schema: JsonSchema): Scalar<T>;
export function json(schema: JsonSchema | StandardSchemaV1): Scalar<unknown> {
  return scalar("json", { schema });
}

/** An ordered list of values of one kind, stored with the record; `min` and `max` items, at most 1,000 by default. */
export const list = <F extends Field>(
  of: F,
  options: { readonly min?: number; readonly max?: number } = {},
): Scalar<readonly OutputOf<F>[]> => scalar("list", { ...options, of: of.spec });

/** A nested object, stored with the record. Optional and defaulted members may be missing. */
export const object = <F extends Fields>(members: F): Scalar<InputOf<F>> =>
  scalar("object", {
    members: Object.freeze(
      Object.fromEntries(Object.entries(members).map(([name, field]) => [name, field.spec])),
    ),
  });

/** Money in minor units: `{ amount: 1250, currency: "GBP" }` is £12.50. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** What happens to this record when the referred-to one is deleted. */
export interface ReferenceOptions {
  /**
   * `restrict` refuses to delete what is referred to (409 `still_referenced`), `cascade` deletes this record
   * too, `setNull` needs an optional field; `noAction` refuses as `restrict` does, but looks at the end of the
   * statement. Soft deletion changes nothing. @defaultValue "restrict"
   */
  readonly onDelete?: OnDelete;
  /** What happens when the key of what is referred to changes, which Keelson never does. @defaultValue "noAction" */
  readonly onUpdate?: OnUpdate;
  /** Lets a transaction put off the check until it ends. @defaultValue never */
  readonly deferrable?: Deferrable;
}

/** Refers to one record of another resource: its id, or with `expand` the record itself. */
export const reference = <Target extends { readonly name: string }>(
  target: () => Target,
  options: ReferenceOptions = {},
): Field<string, never, { target: Target; cardinality: "one"; inverse: false }> =>
  new Field({ ...plain("reference"), target, ...options, onDelete: options.onDelete ?? "restrict" });

/** Refers to another record of the same resource, by the resource's own name. */
export const selfReference = <const N extends string>(
  resourceName: N,
  options: ReferenceOptions = {},
): Field<string, never, { target: Named<UntypedRow, N>; cardinality: "one"; inverse: false }> =>
  new Field({
    ...plain("reference"),
    target: resourceName,
    ...options,
    onDelete: options.onDelete ?? "restrict",
  });

/**
 * Refers to one record of another resource by the resource's name, for resources that refer to each other in a
 * circle, whose types could not be inferred. Where there is no circle, use {@link reference}.
 */
export const referenceByName = <const N extends string>(
  resourceName: N,
  options: ReferenceOptions = {},
): Field<string, never, { target: Named<UntypedRow, N>; cardinality: "one"; inverse: false }> =>
  selfReference(resourceName, options);

/**
 * The inverse of a reference: the records of `resourceName` whose field `via` refers to this one. Has no
 * column; read with `expand`. The target is a name because two resources whose types contain each other
 * cannot be inferred; to have the rows typed, name their type: `interface Line extends RowOf<typeof orderLine> {}`
 * and `many<Line>("orderLine", { via: "order" })`. Clients find the resource by the name, or by the row's type.
 */
export const many = <Row = UntypedRow, const N extends string = string>(
  resourceName: N,
  options: { readonly via: string; readonly embedLimit?: number },
): Field<readonly Row[], never, { target: Named<Row, N>; cardinality: "many"; inverse: true }> =>
  new Field({
    ...plain("many"),
    target: resourceName,
    via: options.via,
    embedLimit: options.embedLimit ?? 100,
  });

/**
 * Any number of records of another resource, kept in a join table; written as a list of at most 1,000 ids,
 * read with `expand` (`embedLimit` records, 100 by default).
 */
export const manyToMany = <Target extends { readonly name: string }>(
  target: () => Target,
  options: { readonly embedLimit?: number; readonly join?: JoinTable } = {},
): Field<readonly string[], never, { target: Target; cardinality: "many"; inverse: false }> =>
  new Field({ ...plain("manyToMany"), target, ...options, embedLimit: options.embedLimit ?? 100 });

/** The target of a relation that is declared by name: clients find the resource by it, or else by its row. */
interface Named<Row, Name extends string> {
  readonly "~row": Row;
  readonly "~name": Name;
}

/** A row whose type was not named. */
export interface UntypedRow {
  readonly id: string;
  readonly [field: string]: unknown;
}

function plain(kind: FieldKind): FieldSpec {
  return { kind, optional: false, unique: false, immutable: false, readOnly: false, writeOnly: false };
}

function scalar<T>(kind: FieldKind, options: Partial<FieldSpec>): Scalar<T> {
  return new Field<T, never, undefined>({ ...plain(kind), ...options });
}

/** The JSON value of a field in an answer. */
export type OutputOf<F> = F extends Typed<infer T, infer M> ? ("optional" extends M ? T | null : T) : never;

type Typed<T, M> = { readonly "~types": { readonly value: T; readonly modifiers: M } };

/** A record of fields as an object type for input: optional and defaulted members may be left out. */
export type InputOf<F extends Fields> = Flatten<
  { readonly [K in RequiredKeys<F>]: OutputOf<F[K]> } & {
    readonly [K in Exclude<keyof F, RequiredKeys<F>>]?: OutputOf<F[K]>;
  }
>;

/** A record of fields as an object type for output: every member is there. */
export type ObjectOf<F extends Fields> = { readonly [K in keyof F]: OutputOf<F[K]> };

/** Names of the fields that carry one of the modifiers. */
export type KeysWith<F extends Fields, M extends Modifier> = {
  [K in keyof F]: F[K] extends Typed<unknown, infer N> ? (M & N extends never ? never : K) : never;
}[keyof F];

/** Names of the fields that a creator must give. */
export type RequiredKeys<F extends Fields> = Exclude<
  {
    [K in keyof F]: F[K] extends {
      readonly "~types": { readonly relation: { readonly cardinality: "many" } };
    }
      ? never
      : K;
  }[keyof F],
  KeysWith<F, "optional" | "default">
>;

export type Flatten<T> = { [K in keyof T]: T[K] } & {};
