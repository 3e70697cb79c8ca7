import type { ApiShape, Embedded, Flat, RelationShape, ResourceShape } from "./api-shape.ts";

/** The resource of this name; `never` where there is none. */
export type ResourceIn<A extends ApiShape, N> = N extends keyof A["resources"] ? A["resources"][N] : never;

type Relations<A extends ApiShape, N> =
  ResourceIn<A, N> extends never ? EmptyRelations : ResourceIn<A, N>["relations"];
// biome-ignore lint/complexity/noBannedTypes: a resource that is not known has no relations to offer
type EmptyRelations = {};
type RelationName<A extends ApiShape, N> = keyof Relations<A, N> & string;
type TargetOf<R> = R extends RelationShape ? R["target"] : never;

/** How many relations one behind another may be expanded: one for each item. */
type Levels = readonly [1, 2, 3];

/** Paths of relations: `customer`, `lines.product`. */
export type ExpandPath<
  A extends ApiShape,
  N,
  Left extends readonly unknown[] = Levels,
> = Left extends readonly [unknown, ...infer Rest]
  ? {
      [K in RelationName<A, N>]: K | `${K}.${ExpandPath<A, TargetOf<Relations<A, N>[K]>, Rest>}`;
    }[RelationName<A, N>]
  : never;

/** Names of fields, and of fields of the expanded relations: `id`, `customer.name`. */
export type FieldPath<A extends ApiShape, N, E extends string> =
  | (keyof ResourceIn<A, N>["row"] & string)
  | Prefixes<E>
  | { [P in Prefixes<E>]: `${P}.${FieldAt<A, N, P>}` }[Prefixes<E>];

/** `lines.product` leads through `lines`. */
type Prefixes<E extends string> = E extends `${infer Head}.${infer Tail}`
  ? Head | `${Head}.${Prefixes<Tail>}`
  : E;

type FieldAt<A extends ApiShape, N, P extends string> = P extends `${infer Head}.${infer Tail}`
  ? Head extends RelationName<A, N>
    ? FieldAt<A, TargetOf<Relations<A, N>[Head]>, Tail>
    : never
  : P extends RelationName<A, N>
    ? FieldOf<A, TargetOf<Relations<A, N>[P]>>
    : never;
type FieldOf<A extends ApiShape, N> = [ResourceIn<A, N>] extends [never]
  ? string
  : keyof ResourceIn<A, N>["row"] & string;

/**
 * A record as it comes for this `expand` and these `fields`: expanded relations are always there; where fields
 * of a level are named, only those.
 */
export type SelectedRow<A extends ApiShape, N, E extends string, F extends string> = [
  ResourceIn<A, N>,
] extends [never]
  ? never
  : [E] extends [never]
    ? Chosen<ResourceIn<A, N>["row"], Own<F>>
    : Flat<
        Omit<Chosen<ResourceIn<A, N>["row"], Own<F>>, Heads<E>> & {
          readonly [K in Heads<E> & RelationName<A, N>]: Related<
            A,
            Relations<A, N>[K],
            Tails<E, K>,
            Tails<F, K>
          >;
        }
      >;

type Chosen<Row, Names> = [Names] extends [never] ? Row : Flat<Pick<Row, Names & keyof Row>>;

type Related<A extends ApiShape, R, E extends string, F extends string> = R extends RelationShape
  ? R["many"] extends true
    ? Embedded<RelatedRow<A, R, E, F>>
    : RelatedRow<A, R, E, F> | null
  : never;
type RelatedRow<A extends ApiShape, R extends RelationShape, E extends string, F extends string> = [
  ResourceIn<A, R["target"]>,
] extends [never]
  ? R["row"]
  : SelectedRow<A, R["target"], E, F>;

/** The paths that end here. */
type Own<F extends string> = F extends `${string}.${string}` ? never : F;
type Heads<E extends string> = E extends `${infer Head}.${string}` ? Head : E;
type Tails<P extends string, K extends string> = P extends `${K}.${infer Tail}` ? Tail : never;

/** What a list may be filtered by, or one of several alternatives. */
export type FilterOf<R extends ResourceShape> = {
  readonly [P in keyof R["filter"]]?: Condition<R["filter"][P]>;
} & {
  readonly and?: readonly FilterOf<R>[];
  readonly or?: readonly FilterOf<R>[];
  readonly not?: FilterOf<R>;
};

/** A value to be equal to, or comparisons that must all hold. Comparing with something missing is false. */
export type Condition<T> =
  | T
  | {
      readonly eq?: T;
      readonly ne?: T;
      readonly gt?: T;
      readonly gte?: T;
      readonly lt?: T;
      readonly lte?: T;
      readonly in?: readonly T[];
      readonly nin?: readonly T[];
      /** In upper or lower case. */
      readonly contains?: string;
      readonly startsWith?: string;
      readonly isNull?: boolean;
    };

/** `createdAt` for ascending, `-createdAt` for descending. */
export type SortKey<R extends ResourceShape> = R["sort"] | `-${R["sort"]}` | "id" | "-id";
