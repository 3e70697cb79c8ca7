import type { ManyRef, Ref } from "./expression.ts";
import type { Fields, Flatten, InputOf, KeysWith, Money, OutputOf } from "./field.ts";

/** Fields that every record has. */
export interface SystemFields {
  /** UUIDv7. */
  readonly id: string;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Counts changes, from 1; the ETag. */
  readonly version: number;
}

/** The part of a resource that types are inferred from. */
export interface ResourceTypes<F extends Fields = Fields> {
  readonly name: string;
  readonly fields: F;
}

/** The fields of Keelson's own that records of a resource have. */
export type SystemFieldsOf<R> = R extends { readonly "~traits"?: infer T }
  ? NonNullable<T> extends { readonly lacks: infer L extends string }
    ? Omit<SystemFields, L>
    : SystemFields
  : SystemFields;

type RelationOf<F> = F extends { readonly "~types": { readonly relation: infer R } } ? R : never;

/** To-many fields have no value of their own: they are read with `expand`. */
type ManyKeys<F extends Fields> = {
  [K in keyof F]: RelationOf<F[K]> extends { cardinality: "many" } ? K : never;
}[keyof F];
type InverseKeys<F extends Fields> = {
  [K in keyof F]: RelationOf<F[K]> extends { inverse: true } ? K : never;
}[keyof F];

/** A record as it is read, without relations. */
export type RowOf<R extends ResourceTypes> = Flatten<
  SystemFieldsOf<R> & {
    readonly [K in Exclude<
      keyof R["fields"],
      ManyKeys<R["fields"]> | KeysWith<R["fields"], "writeOnly">
    >]: OutputOf<R["fields"][K]>;
  }
>;

/** What a handler gives to create a record. Read-only fields are for handlers to set. */
export type CreateOf<R extends ResourceTypes> = Flatten<
  InputOf<Omit<R["fields"], InverseKeys<R["fields"]>>> & { readonly id?: string }
>;

/** What a handler gives to change a record; members left out stay as they are. */
export type UpdateOf<R extends ResourceTypes> = {
  readonly [K in Exclude<
    keyof R["fields"],
    InverseKeys<R["fields"]> | KeysWith<R["fields"], "immutable">
  >]?: OutputOf<R["fields"][K]>;
};

/** Names of the relations of a resource. */
export type RelationKeys<R extends ResourceTypes> = {
  [K in keyof R["fields"]]: RelationOf<R["fields"][K]> extends { cardinality: string } ? K : never;
}[keyof R["fields"]];

/** Which relations to read along, nested: `{ customer: true, lines: { expand: { product: true } } }`. */
export type ExpandOf<R> = R extends ResourceTypes
  ? { readonly [K in RelationKeys<R>]?: true | { readonly expand?: ExpandOf<TargetOf<R["fields"][K]>> } }
  : { readonly [relation: string]: true | { readonly expand?: ExpandOf<unknown> } };

/** Refuses names that are no relation; beside {@link ExpandOf}, which offers those that are. */
export type KnownExpand<R, E> = R extends ResourceTypes
  ? {
      readonly [K in keyof E]: K extends RelationKeys<R>
        ? E[K] extends { readonly expand: infer Inner }
          ? { readonly expand: KnownExpand<TargetOf<R["fields"][K]>, Inner> }
          : true
        : never;
    }
  : E;

type TargetOf<F> = RelationOf<F> extends { target: infer T } ? T : never;
type TargetRow<T> = T extends { "~row": infer Row }
  ? Row
  : T extends ResourceTypes
    ? RowOf<T>
    : { readonly id: string; readonly [field: string]: unknown };

/** A bounded list inside a record; `hasMore` says that the rest must be listed on its own. */
export interface Embedded<Row> {
  readonly data: readonly Row[];
  readonly hasMore: boolean;
}

/** A record as it is read with relations. A referred-to record that the caller may not read is null. */
export type ExpandedRow<R extends ResourceTypes, E> = [keyof E] extends [never]
  ? RowOf<R>
  : Flatten<
      Omit<RowOf<R>, keyof E> & {
        readonly [K in keyof E & keyof R["fields"]]: ExpandedField<R["fields"][K], E[K]>;
      }
    >;

type ExpandedField<F, E> =
  RelationOf<F> extends { cardinality: "many" }
    ? Embedded<ExpandedTarget<TargetOf<F>, E>>
    : ExpandedTarget<TargetOf<F>, E> | null;
type ExpandedTarget<T, E> = E extends { readonly expand: infer Inner }
  ? T extends ResourceTypes
    ? ExpandedRow<T, Inner>
    : TargetRow<T>
  : TargetRow<T>;

/** The row as rules see it: every field is a typed reference; references can be walked through. */
export type RowRef<F extends Fields> = Omit<
  {
    readonly id: Ref<string>;
    readonly createdAt: Ref<string>;
    readonly updatedAt: Ref<string>;
    readonly version: Ref<number>;
  },
  keyof F
> & { readonly [K in keyof F]: FieldRef<F[K]> };

type FieldRef<F> = F extends { readonly "~types": { readonly value: infer T; readonly relation: infer R } }
  ? R extends { readonly cardinality: "many" }
    ? ManyRef<UntypedRef>
    : R extends { readonly target: infer Target }
      ? Ref<string> & (Target extends ResourceTypes ? RowRef<Target["fields"]> : UntypedRef)
      : [T] extends [Money]
        ? { readonly amount: Ref<number>; readonly currency: Ref<string> } & Ref<Money>
        : Ref<T>
  : never;
/** Rows of a relation declared by name: paths are checked by the linker instead. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type UntypedRef = { readonly [field: string]: any };
