import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Fields, Flatten, InputOf, KeysWith, ObjectOf } from "../declare/field.ts";
import type { CustomOperation, OperationTypes } from "../declare/operation.ts";
import type { AnyResource, Resource, ResourceTraits } from "../declare/resource.ts";
import type { CreateOf, RelationKeys, RowOf, UpdateOf } from "../declare/row.ts";
import type { Money } from "./api-shape.ts";
import type { ErrorCodeOf } from "./error-code.ts";

/** The part of a back end's type that a client is inferred from. */
export interface BackendTypes {
  readonly "~options"?: {
    readonly resources: readonly AnyResource[];
    readonly commands?: readonly CustomOperation[];
    readonly queries?: readonly CustomOperation[];
  };
}

type Options<App extends BackendTypes> = NonNullable<App["~options"]>;
type ResourcesOf<App extends BackendTypes> = Options<App>["resources"][number];
type OperationsOf<App extends BackendTypes> =
  | Items<Options<App>["commands"]>
  | Items<Options<App>["queries"]>;
type Items<List> = List extends readonly (infer Item)[] ? Item : never;

/** The API of a back end, as its declarations have it. */
export interface ApiOf<App extends BackendTypes> {
  readonly resources: {
    readonly [R in ResourcesOf<App> as R["name"]]: ShapeOf<App, R>;
  };
  readonly operations: {
    readonly [O in OperationsOf<App> as TypesOf<O>["on"] extends "nothing" ? NameOf<O> : never]: CustomOf<O>;
  };
}

/** The plurals that cannot be told from the names of the resources. */
export type PluralsOf<App extends BackendTypes> = {
  readonly [R in ResourcesOf<App> as [TraitsOf<R>["plural"]] extends [never]
    ? never
    : R["name"]]: TraitsOf<R>["plural"];
};

interface ShapeOf<App extends BackendTypes, R extends AnyResource> {
  readonly row: RowOf<R>;
  readonly relations: {
    readonly [K in RelationKeys<R> & string]: {
      readonly target: TargetName<App, RelationOf<R["fields"][K]>["target"]>;
      readonly many: RelationOf<R["fields"][K]>["cardinality"] extends "many" ? true : false;
      readonly row: RelatedRow<RelationOf<R["fields"][K]>["target"]>;
    };
  };
  readonly create: Flatten<Omit<CreateOf<R>, "id" | KeysWith<R["fields"], "readOnly">>>;
  readonly update: Patched<Omit<UpdateOf<R>, KeysWith<R["fields"], "readOnly">>>;
  readonly filter: { readonly [P in TraitsOf<R>["filter"]]: ValueAt<App, R, P> };
  readonly sort: TraitsOf<R>["sort"];
  readonly standard: TraitsOf<R>["operations"] | BatchOf<TraitsOf<R>> | TransfersOf<TraitsOf<R>>;
  readonly custom: {
    readonly [O in OperationsOf<App> as TypesOf<O>["resource"] extends R["name"]
      ? [TypesOf<O>["resource"]] extends [never]
        ? never
        : NameOf<O>
      : never]: CustomOf<O>;
  };
}

/** Writes come in batches too, unless the resource says no. */
type BatchOf<Traits extends ResourceTraits> = [
  Traits["operations"] & ("create" | "update" | "delete"),
] extends [never]
  ? never
  : [Traits["batch"]] extends [false]
    ? never
    : "batch";

/** Files are taken and given where the resource says so. */
type TransfersOf<Traits extends ResourceTraits> = Traits extends { readonly transfers: infer T }
  ? T & ("import" | "export")
  : never;

type TraitsOf<R> = R extends Resource<string, Fields, infer Traits extends ResourceTraits> ? Traits : never;
type NameOf<O> = O extends CustomOperation<infer Name> ? Name : never;
type TypesOf<O> = O extends { readonly "~types"?: infer T } ? NonNullable<T> & OperationTypes : never;
type RelationOf<F> = F extends { readonly "~types": { readonly relation: infer R } }
  ? R extends { readonly target: unknown; readonly cardinality: string }
    ? R
    : never
  : never;

/** A relation names its target by the declaration, by its name, or by the type of its rows alone. */
type TargetName<App extends BackendTypes, T> = T extends { readonly name: infer Name extends string }
  ? Name
  : T extends { readonly "~name": infer Name extends string; readonly "~row": infer Row }
    ? string extends Name
      ? NameByRow<ResourcesOf<App>, Row>
      : Name
    : string;
type NameByRow<R, Row> = R extends AnyResource
  ? [Row] extends [RowOf<R>]
    ? [RowOf<R>] extends [Row]
      ? R["name"]
      : never
    : never
  : never;
type RelatedRow<T> = T extends { readonly "~row": infer Row }
  ? Row
  : { readonly id: string; readonly [field: string]: unknown };

/** A change in depth: members of objects may be left out; money and lists are replaced whole. */
type Patched<T> = { readonly [K in keyof T]: PatchValue<T[K]> };
type PatchValue<T> = T extends Money | readonly unknown[] | string | number | boolean | null | undefined
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: PatchValue<T[K]> }
    : T;

/** The value at the end of a path: `status`, `total.amount`, `customer.email`. */
type ValueAt<App extends BackendTypes, R, P extends string> = R extends AnyResource
  ? P extends keyof RowOf<R>
    ? NonNullable<RowOf<R>[P]>
    : P extends `${infer Head}.${infer Tail}`
      ? Head extends RelationKeys<R>
        ? ValueAt<App, ResourceNamed<App, TargetName<App, RelationOf<R["fields"][Head]>["target"]>>, Tail>
        : Head extends keyof RowOf<R>
          ? Tail extends keyof NonNullable<RowOf<R>[Head]>
            ? NonNullable<NonNullable<RowOf<R>[Head]>[Tail]>
            : unknown
          : unknown
      : unknown
  : unknown;
type ResourceNamed<App extends BackendTypes, Name> = Extract<ResourcesOf<App>, { readonly name: Name }>;

interface CustomOf<O> {
  readonly on: TypesOf<O>["on"];
  readonly input: TypesOf<O>["on"] extends "collection"
    ? NoText<InputFor<TypesOf<O>["input"]>>
    : InputFor<TypesOf<O>["input"]>;
  readonly output: OutputFor<TypesOf<O>["output"]>;
  readonly answers: TypesOf<O>["output"] extends AnyResource ? TypesOf<O>["output"]["name"] : never;
  readonly errors: ErrorCodeOf<TypesOf<O>["errors"]>;
}

type InputFor<I> = I extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<I>
  : I extends Fields
    ? InputOf<Omit<I, KeysWith<I, "readOnly">>>
    : Record<never, never>;
/** The inferred client takes a text in the first place for an id. */
type NoText<I> = I extends string ? never : I;
type OutputFor<O> = O extends AnyResource
  ? never
  : O extends Fields
    ? Omit<ObjectOf<O>, KeysWith<O, "writeOnly">>
    : undefined;
