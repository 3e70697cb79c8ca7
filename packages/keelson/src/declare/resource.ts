import type { Condition } from "./access.ts";
import type { ResourceCacheOptions } from "./cache.ts";
import type { CallerRef } from "./expression.ts";
import type { Field, Fields, Flatten } from "./field.ts";
import type { GeneratedKey } from "./key.ts";
import type { Limit } from "./limit.ts";
import type { RowRef } from "./row.ts";

/** Decides over one row and one caller. Runs once, at boot: what it returns is data. */
export type Rule<F extends Fields = Fields> = (row: RowRef<F>, caller: CallerRef) => Condition;

/** Access rules. What has no rule is denied. */
export interface AccessRules<F extends Fields = Fields> {
  /** Which rows can be read; filters lists, hides single rows (404). */
  readonly read?: Rule<F>;
  /** Checked against the row as it would be created (403). */
  readonly create?: Rule<F>;
  /** Checked against the row before and after the change (403). */
  readonly update?: Rule<F>;
  /** Checked against the row (403). */
  readonly delete?: Rule<F>;
  /**
   * Narrower rules for single fields, on top of those of the row. Where `read` fails the field is null; for
   * callers whom it always denies, the field does not exist. `write` is asked when the field is given (403).
   */
  readonly fields?: { readonly [K in keyof F]?: { readonly read?: Rule<F>; readonly write?: Rule<F> } };
}

/** What lists may be filtered and sorted by: nothing, unless declared. */
export interface ListOptions {
  /** Field paths, e.g. `status`, `customer`, `total.amount`, `customer.email`; through three references at most. */
  readonly filter?: readonly string[];
  /** Field paths; clients choose the direction. Those of the resource itself get an index. */
  readonly sort?: readonly string[];
  /** Keys separated by commas, `-` for descending; the id breaks ties. @defaultValue "-createdAt", then "-id" */
  readonly defaultSort?: string;
  /** Records on a page when the client does not say. @defaultValue 50 */
  readonly defaultLimit?: number;
  /** Records on a page at most; a greater `limit` means this many. @defaultValue 200 */
  readonly maxLimit?: number;
}

/** An index over field paths; `-field` for descending. */
export interface IndexOptions {
  /** Fields of the resource itself, and parts of money: `total.amount`. */
  readonly on: readonly [string, ...string[]];
  /** No two records have the same combination. @defaultValue false */
  readonly unique?: boolean;
}

/** Fields, rules and indexes to share between resources; an ordinary value. */
export interface Mixin<F extends Fields = Fields> {
  readonly fields: F;
  readonly access?: AccessRules<F>;
  readonly indexes?: readonly IndexOptions[];
  /** Deleting marks the record; reads leave it out and its unique values are free. @defaultValue false */
  readonly softDelete?: boolean;
}

/** A mixin of whatever fields. */
export interface AnyMixin extends Omit<Mixin, "access"> {
  // biome-ignore lint/suspicious/noExplicitAny: rules take the row of their own mixin
  readonly access?: AccessRules<any>;
}

/** The fields of a resource with those of its mixins. The resource's own go before, and later mixins before earlier. */
export type MixedFields<F extends Fields, M extends readonly AnyMixin[]> = M extends readonly []
  ? F
  : Flatten<Omit<FieldsOf<M>, keyof F> & F>;

type FieldsOf<M extends readonly AnyMixin[]> = M extends readonly [
  ...infer Earlier extends readonly AnyMixin[],
  infer Last extends AnyMixin,
]
  ? Omit<FieldsOf<Earlier>, keyof Last["fields"]> & Last["fields"]
  : NoFields;

/** A limit on a resource's standard operations, counted together. */
export type ResourceLimit = Limit & {
  /** @defaultValue all of them */
  readonly on?: readonly StandardOperation[];
};

/** What a resource is made of. */
export interface ResourceOptions<F extends Fields, M extends readonly AnyMixin[]> {
  /** By name in lowerCamelCase; `id`, `createdAt`, `updatedAt` and `version` come by themselves. */
  readonly fields: F;
  /** Their fields come first; a field or rule of the resource replaces theirs. */
  readonly mixins?: M;
  readonly access?: AccessRules<MixedFields<F, M>>;
  readonly list?: ListOptions;
  /** In addition to those for unique fields, references and sorts. */
  readonly indexes?: readonly IndexOptions[];
  /** Plural for paths and tables, lowerCamelCase. @defaultValue English plural of the name */
  readonly plural?: string;
  /** Documentation, in Markdown. */
  readonly description?: string;
  /** Standard operations to offer. @defaultValue those that have an access rule */
  readonly operations?: readonly StandardOperation[];
  /**
   * Whether its writes are also offered many at a time, as `POST …/batch`; `false` turns it off. What is not offered
   * one by one is not offered here either. @defaultValue batches of up to 100 items
   */
  readonly batch?: false | BatchOptions;
  /**
   * What is also offered with whole files, as `POST …/import` and `POST …/export`: of any number of rows, in the
   * background. Each row is held to the rules of a single call. @defaultValue neither
   */
  readonly transfers?: readonly Transfer[];
  /** Refuse changes without `If-Match` (428). @defaultValue false */
  readonly requireIfMatch?: boolean;
  /** How often its standard operations may be called, on top of the back end's `limits`. */
  readonly limits?: readonly ResourceLimit[];
  /** How many requests a call counts as; 0 for calls that are not counted. @defaultValue 1 */
  readonly cost?: { readonly [K in StandardOperation]?: number };
  /** Give answers of `list` and `get` again until something is written. @defaultValue every read asks the database */
  readonly cache?: ResourceCacheOptions;
  /** The resource's name in the previous model; makes the migration a rename. */
  readonly renamedFrom?: string;
  /** The table, where it is not called as the plural in snake_case. */
  readonly table?: TableName;
  /**
   * What a record's id is: made by Keelson or by the database, or the names of required fields that identify it.
   * Ids are texts in the API whatever they are made of. @defaultValue uuidKey()
   */
  readonly key?: GeneratedKey | readonly [string, ...string[]];
  /** Columns of `createdAt` and `updatedAt`; `false` where there is none. */
  readonly timestamps?: false | TimestampOptions;
  /**
   * The column that counts changes. With `false` there is none, and the ETag is made from what PostgreSQL knows of
   * the row's last change. @defaultValue "version"
   */
  readonly version?: false | string;
  /** The rows of a view: they can be read and no more, and migrations leave it alone. @defaultValue false */
  readonly view?: boolean;
  /**
   * Whether references and sorts get indexes by themselves; with `false` there are those of unique fields and
   * those that are declared. @defaultValue true
   */
  readonly derivedIndexes?: boolean;
  /** Columns, indexes and constraints of the table that migrations and drift reports leave alone, by name. */
  readonly unmanaged?: readonly string[];
  /** What indexes and constraints are called where it is not what Keelson would call them: theirs by its. */
  readonly databaseNames?: Readonly<Record<string, string>>;
}

/** See {@link ResourceOptions.batch}. */
export interface BatchOptions {
  /** Items in one batch at most, up to 1,000; more are refused (422). @defaultValue 100 */
  readonly maxItems?: number;
}

/** A table, in another schema than the connection's own if it says so. */
export type TableName = string | { readonly schema: string; readonly name: string };

/** See {@link ResourceOptions.timestamps}. */
export interface TimestampOptions {
  /** @defaultValue "created_at" */
  readonly createdAt?: false | TimestampColumn;
  /** @defaultValue "updated_at" */
  readonly updatedAt?: false | TimestampColumn;
}

/** A column by name, or all that is unusual about it. */
export type TimestampColumn =
  | string
  | {
      readonly column: string;
      /** @defaultValue "timestamptz" */
      readonly type?: string;
      /** @defaultValue false */
      readonly optional?: boolean;
      /**
       * Whether the database has `now()` as its default; Keelson sets it in any case. With `own` it has another
       * one, which is used when a record is created. @defaultValue true
       */
      readonly databaseDefault?: boolean | "own";
    };

/** Operations that need no handler. */
export type StandardOperation = "list" | "get" | "create" | "update" | "delete";

/** What can be done with whole files. */
export type Transfer = "import" | "export";

/** What the type of a resource remembers of its options, for the types of clients. */
export interface ResourceTraits {
  /** The declared plural; `never` where it follows from the name. */
  readonly plural: string;
  readonly filter: string;
  readonly sort: string;
  /** What is offered: the declared `operations`, or those that have a rule. */
  readonly operations: StandardOperation;
  /** Whether its writes are offered many at a time; that is so unless it says no. */
  readonly batch?: boolean;
  /** What is offered with whole files. */
  readonly transfers?: Transfer;
  /** Fields that all other resources have and this one does not. */
  readonly lacks?: SystemFieldName;
}

/** Fields of Keelson's own that a resource may do without. */
export type SystemFieldName = "createdAt" | "updatedAt" | "version";

/** A resource declaration: a frozen value. */
export interface Resource<
  Name extends string = string,
  F extends Fields = Fields,
  // Without a constraint: a resource that is declared in place would take its traits from where it stands.
  Traits = unknown,
> {
  readonly type: "resource";
  readonly name: Name;
  readonly fields: F;
  readonly options: Omit<ResourceOptions<Fields, readonly AnyMixin[]>, "fields" | "access"> & {
    readonly access?: AccessRules;
  };
  /** For the compiler alone; there is no such member. */
  readonly "~traits"?: Traits;
}

/** The options once more, loosely: so that the compiler infers their very words. */
interface Worded<
  P extends string,
  Filter extends string,
  Sort extends string,
  Op extends StandardOperation,
  Ruled extends keyof AccessRules,
  Stamps,
  Version,
  Batch,
  Transfers extends Transfer,
> {
  readonly plural?: P;
  readonly list?: { readonly filter?: readonly Filter[]; readonly sort?: readonly Sort[] };
  readonly operations?: readonly Op[];
  readonly access?: { readonly [K in Ruled]?: unknown };
  readonly timestamps?: Stamps;
  readonly version?: Version;
  readonly batch?: Batch;
  readonly transfers?: readonly Transfers[];
}

type LackingOf<Stamps, Version> =
  | ([Stamps] extends [false] ? "createdAt" | "updatedAt" : never)
  | (Stamps extends { readonly createdAt: false } ? "createdAt" : never)
  | (Stamps extends { readonly updatedAt: false } ? "updatedAt" : never)
  | ([Version] extends [false] ? "version" : never);

/** A rule to read is one to list and to get. Rules of mixins are not known by name, so they may be any. */
type OperationsOf<M extends readonly AnyMixin[], Op, Ruled> = [Op] extends [never]
  ? M extends readonly []
    ? ("read" extends Ruled ? "list" | "get" : never) | (Ruled & ("create" | "update" | "delete"))
    : StandardOperation
  : Op & StandardOperation;

/** A resource of whatever name and fields. */
export type AnyResource = Resource<string, Fields>;

/**
 * Declares a resource: records with fields, access rules and the standard operations.
 *
 * @param name - lowerCamelCase singular, e.g. `orderLine`: path `/v1/order-lines`, table `order_lines`
 */
export function resource<
  const Name extends string,
  F extends Fields,
  const M extends readonly AnyMixin[] = readonly [],
  const P extends string = never,
  const Filter extends string = never,
  const Sort extends string = never,
  const Op extends StandardOperation = never,
  const Ruled extends keyof AccessRules = never,
  const Stamps extends false | TimestampOptions = TimestampOptions,
  const Version extends false | string = string,
  const Batch extends false | BatchOptions = BatchOptions,
  const Transfers extends Transfer = never,
>(
  name: Name,
  options: ResourceOptions<F, M> & Worded<P, Filter, Sort, Op, Ruled, Stamps, Version, Batch, Transfers>,
): Resource<
  Name,
  MixedFields<F, M>,
  {
    plural: P;
    filter: Filter;
    sort: Sort;
    operations: OperationsOf<M, Op, Ruled>;
    batch: [Batch] extends [false] ? false : true;
    transfers: Transfers;
    lacks: LackingOf<Stamps, Version>;
  }
> {
  // Entries rather than assignment: "__proto__" must stay a name that the check of declarations can refuse.
  const sources: readonly Fields[] = [
    ...(options.mixins ?? []).map((mixin) => mixin?.fields),
    options.fields,
  ];
  const fields: Record<string, Field> = Object.fromEntries(
    sources.flatMap((source) => Object.entries(source ?? {})),
  );
  return Object.freeze({
    type: "resource" as const,
    name,
    fields: Object.freeze(fields) as MixedFields<F, M>,
    options: Object.freeze({ ...options }) as unknown as Resource["options"],
  });
}

/** Declares a mixin: fields, rules and indexes that several resources share. */
export function mixin<F extends Fields>(definition: Mixin<F>): Mixin<F> {
  return Object.freeze({ ...definition });
}

// biome-ignore lint/complexity/noBannedTypes: the neutral element of `&`
type NoFields = {};
