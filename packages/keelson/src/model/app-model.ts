import type { Backend, BackendOptions } from "../declare/backend.ts";
import type { BehaviourChange } from "../declare/behaviour.ts";
import type { Expr } from "../declare/expression.ts";
import type { Deferrable, FieldSpec, OnDelete, OnUpdate } from "../declare/field-spec.ts";
import type { Job } from "../declare/job.ts";
import type { KeyMaker } from "../declare/key.ts";
import type { CustomOperation, DeclaredError, IdempotencyUse } from "../declare/operation.ts";
import type { StandardOperation, Transfer } from "../declare/resource.ts";
import type { ApiVersion } from "../declare/version.ts";
import type { CacheModel } from "./cache-model.ts";
import type { IntegrationModel } from "./integration-model.ts";
import type { LimitModel } from "./limit-model.ts";
import type { PartModel } from "./version/part-model.ts";

/**
 * The linked model: every name resolved, every rule read into data, everything derived that can be.
 * Frozen; made once at boot by `linkModel`. All other rooms work from this, never from declarations.
 */
export interface AppModel {
  readonly name: string;
  readonly backend: Backend;
  readonly resources: ReadonlyMap<string, ResourceModel>;
  /** By operation name, e.g. `order.list`, `order.pay`, `rebuildIndex`. */
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By name, without those of Keelson's own. */
  readonly jobs: ReadonlyMap<string, JobModel>;
  /** By name. */
  readonly integrations: ReadonlyMap<string, IntegrationModel>;
  readonly limits: LimitModel;
  readonly issuers: NonNullable<BackendOptions["auth"]>["issuers"];
  /** Absent where none are declared. */
  readonly versions?: VersionsModel;
  /** Which version this is the model of; absent where none are declared. */
  readonly apiVersion?: VersionModel;
}

/** The versions of an API, oldest first. */
export interface VersionsModel {
  /** The header field that chooses, as it is answered. */
  readonly header: string;
  /** Whether the version of a credential's first call is kept for its later ones. */
  readonly pin: boolean;
  readonly current: VersionModel;
  readonly known: ReadonlyMap<string, VersionModel>;
}

/** A version that can be asked for. */
export interface VersionModel {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** True for the newest: it is what the model says, and nothing is changed on the way. */
  readonly current: boolean;
  readonly declaration: ApiVersion;
  /** The model in the words of this version: for names, schemas and descriptions, never for plans. */
  readonly model: AppModel;
  /** What leads from here to the newest version. */
  readonly resources: ReadonlyMap<string, PartModel>;
  /** By operation; only custom ones whose input or output changed. */
  readonly operations: ReadonlyMap<
    string,
    { readonly input: PartModel | undefined; readonly output: PartModel | undefined }
  >;
  /** Behaviour that came later. */
  readonly without: ReadonlySet<BehaviourChange>;
  readonly deprecatedMs: number | undefined;
  readonly sunsetMs: number | undefined;
}

export interface ResourceModel {
  /** lowerCamelCase singular. */
  readonly name: string;
  /** lowerCamelCase plural. */
  readonly plural: string;
  /** Path segment: kebab-case plural, e.g. `order-lines`. */
  readonly path: string;
  /** Table name: snake_case plural unless declared; `schema.name` where it is in a schema of its own. */
  readonly table: string;
  readonly key: KeyModel;
  /** The columns that Keelson keeps; undefined where the table has none for it. */
  readonly kept: KeptColumns;
  /** Rows of a view: nothing can be written or migrated, and there is no version. */
  readonly view: boolean;
  /** Columns, indexes and constraints that migrations leave alone. */
  readonly unmanaged: readonly string[];
  /** The name of the primary key's constraint. */
  readonly keyName: string;
  readonly description: string | undefined;
  readonly renamedFrom: string | undefined;
  /** In the order of printing: id, declared fields, createdAt, updatedAt, version. */
  readonly fields: ReadonlyMap<string, FieldModel>;
  /** Fields that are written as links in a join table. */
  readonly manyToMany: readonly FieldModel[];
  readonly access: {
    readonly read: Expr;
    readonly create: Expr;
    readonly update: Expr;
    readonly delete: Expr;
  };
  readonly list: {
    /** Dotted field paths that clients may filter by. */
    readonly filter: readonly FieldPath[];
    readonly sort: readonly FieldPath[];
    readonly defaultSort: readonly SortKey[];
    readonly defaultLimit: number;
    readonly maxLimit: number;
  };
  readonly indexes: readonly IndexModel[];
  readonly softDelete: boolean;
  readonly requireIfMatch: boolean;
  /** Items that a batch may have; undefined where there are no batches. */
  readonly maxBatchItems: number | undefined;
  readonly operations: ReadonlySet<StandardOperation>;
  /** What is offered with whole files. */
  readonly transfers: ReadonlySet<Transfer>;
}

/** What identifies a record. */
export interface KeyModel {
  /** Who makes it: Keelson, the database, or whoever gives the fields that it is made of. */
  readonly by: "keelson" | "database" | "fields";
  /** At least one; several make an id of several parts. */
  readonly parts: readonly KeyPart[];
}

export interface KeyPart {
  readonly column: string;
  /** PostgreSQL type of the column. */
  readonly type: string;
  /** As a part of the id, which is a text: whole numbers are of kind bigint. */
  readonly spec: FieldSpec;
  /** The field that shows it: `id`, or a declared one. */
  readonly field: string;
  readonly made: KeyMaker | undefined;
}

/** Names of the columns behind the fields of Keelson's own. */
export interface KeptColumns {
  readonly createdAt: string | undefined;
  readonly updatedAt: string | undefined;
  readonly version: string | undefined;
}

export interface FieldModel {
  /** lowerCamelCase, as in JSON. */
  readonly name: string;
  readonly spec: FieldSpec;
  /** id, createdAt, updatedAt, version, deletedAt. */
  readonly system: boolean;
  /** None for relations without a column; two for money without a fixed currency. */
  readonly columns: readonly ColumnModel[];
  /** For an id made of declared fields, which has no column of its own: what it is made of. */
  readonly parts?: readonly KeyPart[];
  /** May be missing in answers. */
  readonly nullable: boolean;
  readonly relation: RelationModel | undefined;
  /** `always` when no narrower rule was declared. */
  readonly read: Expr;
  readonly write: Expr;
  /** Doors may set it at creation. */
  readonly creatable: boolean;
  /** Doors may change it. */
  readonly updatable: boolean;
  /** Must be given at creation. */
  readonly required: boolean;
}

export interface ColumnModel {
  /** snake_case. */
  readonly name: string;
  /** PostgreSQL type, e.g. `uuid`, `text`, `numeric(12,2)`, `timestamptz`. */
  readonly type: string;
  readonly nullable: boolean;
  /** SQL expression, printed from the closed set of defaults. */
  readonly default: string | undefined;
  /** Set where the default is Keelson's at insert, and the table has none. */
  readonly defaultBy?: "keelson";
  /** Who fills it where it is not Keelson: what is left out at an insert. `always` can never be set. */
  readonly made?: "default" | "always" | "identity" | "serial";
  readonly checks: readonly CheckModel[];
}

/** A check constraint over one column. */
export interface CheckModel {
  readonly name: string;
  /** Without the word CHECK. */
  readonly sql: string;
  /** The same as data, as far as it goes: tells a migration whether a changed check became wider. */
  readonly allows: {
    readonly choices?: readonly string[];
    /** Length for text, value otherwise. */
    readonly min?: number | string;
    readonly max?: number | string;
  };
}

export type RelationModel =
  | {
      readonly kind: "one";
      readonly target: string;
      readonly column: string;
      readonly onDelete: OnDelete;
      readonly onUpdate?: OnUpdate;
      readonly deferrable?: Deferrable;
      /** The name of the foreign key. */
      readonly constraint: string;
    }
  /** Rows of `target` whose field `via` (column `column`) refers to this row. */
  | {
      readonly kind: "many";
      readonly target: string;
      readonly via: string;
      readonly column: string;
      readonly embedLimit: number;
    }
  | {
      readonly kind: "manyToMany";
      readonly target: string;
      readonly joinTable: string;
      /** Column of the join table that refers to this resource. */
      readonly ownColumn: string;
      readonly targetColumn: string;
      readonly embedLimit: number;
    };

/**
 * A path that was checked against the model: references to walk through, then the field, then for money
 * its part. `customer.email` is hops [customer], field email.
 */
export interface FieldPath {
  readonly text: string;
  readonly hops: readonly string[];
  readonly field: string;
  readonly part: "amount" | "currency" | undefined;
}

export interface SortKey {
  readonly path: FieldPath;
  readonly descending: boolean;
}

export interface IndexModel {
  readonly name: string;
  readonly unique: boolean;
  /** Why it is there: declared, a unique field, a reference, or a list's filter/sort. */
  readonly origin: "declared" | "unique" | "reference" | "sort";
  readonly columns: readonly { readonly column: string; readonly descending: boolean }[];
  /** Field names, for error pointers. */
  readonly fields: readonly string[];
}

export type OperationModel = StandardOperationModel | BatchOperationModel | CustomOperationModel;

export interface StandardOperationModel {
  readonly kind: StandardOperation;
  /** `order.list`. */
  readonly name: string;
  readonly resource: ResourceModel;
  readonly effect: "read" | "write";
  /** Undefined where answers are not kept. */
  readonly cache?: CacheModel | undefined;
}

/** The standard writes, which a batch is made of. */
export type WriteKind = "create" | "update" | "delete";

/** Several standard writes of one resource in one call. */
export interface BatchOperationModel {
  readonly kind: "batch";
  /** `order.batch`. */
  readonly name: string;
  readonly resource: ResourceModel;
  readonly effect: "write";
  /** What its items may be: the writes that are offered by themselves. */
  readonly writes: ReadonlyMap<WriteKind, StandardOperationModel>;
  readonly maxItems: number;
  readonly cache?: undefined;
}

/** Operations that Keelson brings along: their handlers are in `operation/transfer/`. */
export type BuiltIn =
  | "import"
  | "export"
  | "listOperations"
  | "getOperation"
  | "cancelOperation"
  | "getOperationFile"
  | "getOperationReport";

export interface CustomOperationModel {
  readonly kind: "custom";
  /** Set where the handler is Keelson's own. */
  readonly builtIn?: BuiltIn;
  /** `order.pay`, `rebuildIndex`. */
  readonly name: string;
  readonly on: "row" | "collection" | "nothing";
  readonly resource: ResourceModel | undefined;
  readonly effect: "read" | "write";
  readonly declaration: CustomOperation;
  /** Undefined where answers are not kept. */
  readonly cache?: CacheModel | undefined;
  /** Whether callers must send an idempotency key. */
  readonly idempotency: IdempotencyUse;
  readonly access: Expr;
  /** Input as field specs, or undefined when a Standard Schema validates it. */
  readonly input: ReadonlyMap<string, FieldSpec> | undefined;
  readonly output:
    | { readonly kind: "resource"; readonly resource: ResourceModel }
    | { readonly kind: "fields"; readonly fields: ReadonlyMap<string, FieldSpec> }
    | { readonly kind: "none" };
  /** By code (snake_case). */
  readonly errors: ReadonlyMap<string, DeclaredError>;
}

/** A job, as the queue and the pipeline see it. */
export interface JobModel {
  readonly name: string;
  readonly declaration: Job;
  /** What a run of it is in the pipeline: an operation that anybody may call, since only the queue can. */
  readonly operation: CustomOperationModel;
  readonly retry: RetryModel;
  readonly timeoutMs: number;
  /** Undefined: as many as the process runs jobs. */
  readonly concurrency: number | undefined;
  readonly priority: number;
  readonly transaction: "one" | "each";
  /** Kept by Keelson for its own work; not among what the back end declares. */
  readonly internal: boolean;
}

/** When a job that failed is run again. */
export interface RetryModel {
  /** Runs after the first. */
  readonly limit: number;
  readonly fromMs: number;
  readonly toMs: number;
}
