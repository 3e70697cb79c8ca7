import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Condition } from "./access.ts";
import type { CacheOptions } from "./cache.ts";
import type { CallerRef } from "./expression.ts";
import type { Fields, InputOf, ObjectOf } from "./field.ts";
import type { HandlerContext } from "./handler.ts";
import type { Limit } from "./limit.ts";
import type { AnyResource, Rule } from "./resource.ts";
import type { RowOf, SystemFields } from "./row.ts";

/** An error that a command can end with; the code is its name in snake_case. */
export interface DeclaredError {
  /** HTTP status, 400 to 499. */
  readonly status: number;
  /** Short, stable summary; the same for every occurrence. */
  readonly title: string;
}

type InputSpec = Fields | StandardSchemaV1;
type OutputSpec = Fields | AnyResource | undefined;

type InputValue<I> = I extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<I>
  : I extends Fields
    ? InputOf<I>
    : Record<never, never>;
/** A handler whose output is a resource names the record; the answer is read again under the caller's rules. */
type OutputValue<O> = O extends AnyResource
  ? Pick<SystemFields, "id">
  : O extends Fields
    ? ObjectOf<O>
    : // biome-ignore lint/suspicious/noConfusingVoidType: it is only ever a return type
      void;

/** Whether an `Idempotency-Key` must be sent. */
export type IdempotencyUse = "optional" | "required";

/** What commands and queries have in common. */
interface Shared<Row, I extends InputSpec, O extends OutputSpec, E extends string> {
  /** Fields, or a Standard Schema (Zod, Valibot, ArkType). @defaultValue none */
  readonly input?: I;
  /** A resource, or fields; nothing means 204. */
  readonly output?: O;
  /** By name in lowerCamelCase; see {@link HandlerContext.fail}. */
  readonly errors?: { readonly [K in E]: DeclaredError };
  /** Documentation, in Markdown. */
  readonly description?: string;
  /**
   * Whether callers must send an `Idempotency-Key`; every write takes one. `"required"` is for what must not
   * happen twice by accident, such as an order. Queries have no use for it. @defaultValue "optional"
   */
  readonly idempotency?: IdempotencyUse;
  /** How often it may be called, on top of the back end's `limits`. */
  readonly limits?: readonly Limit[];
  /** How many requests a call counts as; 0 for calls that are not counted. @defaultValue 1 */
  readonly cost?: number;
  /**
   * Give the answer of a query again, to the same caller with the same input, until something that it read is
   * written. @defaultValue every call runs the handler
   */
  readonly cache?: CacheOptions;
  /** Ordinary code. What it throws rolls back; what is no `KeelsonError` is `internal` (500) for the caller. */
  run(context: HandlerContext<Row, InputValue<I>, E>): Promise<OutputValue<O>> | OutputValue<O>;
}

type CallerAccess = (caller: CallerRef) => Condition;

/** Options of an operation on one record. */
export interface RowOptions<
  R extends AnyResource,
  I extends InputSpec,
  O extends OutputSpec,
  E extends string,
> extends Shared<RowOf<R>, I, O, E> {
  /** Where it applies. @defaultValue "row" */
  readonly on?: "row";
  /** Asked of the record before the handler runs (403; 404 where the caller may not read it). */
  readonly access: Rule<R["fields"]>;
}
/** Options of an operation on the collection. */
export interface CollectionOptions<I extends InputSpec, O extends OutputSpec, E extends string>
  extends Shared<undefined, I, O, E> {
  readonly on: "collection";
  /** Asked of the caller (403, or 401 for anonymous ones). */
  readonly access: CallerAccess;
}
/** Options of a free-standing operation. */
export interface FreeOptions<I extends InputSpec, O extends OutputSpec, E extends string>
  extends Shared<undefined, I, O, E> {
  /** Asked of the caller (403, or 401 for anonymous ones). */
  readonly access: CallerAccess;
}

/** What the type of a command or query remembers of its declaration, for the types of clients. */
export interface OperationTypes {
  readonly on: "row" | "collection" | "nothing";
  /** The resource's name. */
  readonly resource: string;
  readonly input: unknown;
  readonly output: unknown;
  /** Names of the declared errors. */
  readonly errors: string;
}

/** A command (effects, in a transaction) or a query (reads only): a frozen value. */
export interface CustomOperation<
  Name extends string = string,
  // Without a constraint: an operation that is declared in place would take its types from where it stands.
  Types = unknown,
> {
  readonly type: "operation";
  readonly effect: "read" | "write";
  readonly name: Name;
  /** Undefined for a free-standing one. */
  readonly resource?: AnyResource;
  readonly on: "row" | "collection" | "nothing";
  readonly input?: InputSpec;
  readonly output?: OutputSpec;
  readonly errors: Readonly<Record<string, DeclaredError>>;
  readonly description?: string;
  readonly idempotency?: IdempotencyUse;
  readonly limits?: readonly Limit[];
  readonly cost?: number;
  readonly cache?: CacheOptions;
  readonly access: (row: never, caller: CallerRef) => Condition;
  readonly run: (context: HandlerContext<never, never, never>) => unknown;
  /** For the compiler alone; there is no such member. */
  readonly "~types"?: Types;
}

interface Declare {
  /** On one record: `POST /v1/orders/{id}/pay`, `GET …` for a query. The row is read and, in a command, locked first. */
  <
    const N extends string,
    R extends AnyResource,
    I extends InputSpec = Record<never, never>,
    O extends OutputSpec = undefined,
    E extends string = never,
  >(
    resource: R,
    name: N,
    options: RowOptions<R, I, O, E>,
  ): CustomOperation<N, { on: "row"; resource: R["name"]; input: I; output: O; errors: E }>;
  /** On the collection: `POST /v1/orders/place`. */
  <
    const N extends string,
    R extends AnyResource,
    I extends InputSpec = Record<never, never>,
    O extends OutputSpec = undefined,
    E extends string = never,
  >(
    resource: R,
    name: N,
    options: CollectionOptions<I, O, E>,
  ): CustomOperation<N, { on: "collection"; resource: R["name"]; input: I; output: O; errors: E }>;
  /** Free-standing: `POST /v1/rebuild-index`. */
  <
    const N extends string,
    I extends InputSpec = Record<never, never>,
    O extends OutputSpec = undefined,
    E extends string = never,
  >(
    name: N,
    options: FreeOptions<I, O, E>,
  ): CustomOperation<N, { on: "nothing"; resource: never; input: I; output: O; errors: E }>;
}

/**
 * Declares a command: an operation with effects, in one READ COMMITTED transaction. It is run again when it
 * loses a race (deadlock, serialization failure), so it should have no effect outside of the database.
 */
export const command: Declare = declareAs("write");
/** Declares a query: an operation that only reads, in one read-only REPEATABLE READ transaction. */
export const query: Declare = declareAs("read");

function declareAs(effect: "read" | "write"): Declare {
  return ((...args: [AnyResource, string, AnyOptions] | [string, AnyOptions]) => {
    const [target, name, options] = args.length === 3 ? args : [undefined, args[0], args[1]];
    return Object.freeze({
      type: "operation",
      effect,
      name,
      on: target ? (options.on ?? "row") : "nothing",
      ...(target ? { resource: target } : {}),
      ...given(options),
      errors: Object.freeze({ ...options.errors }),
      access:
        // A rule that is missing stays missing, so that the check of declarations can say so.
        (target && options.on !== "collection") || typeof options.access !== "function"
          ? options.access
          : (_row: never, caller: CallerRef) => (options.access as CallerAccess)(caller),
      run: options.run,
    });
  }) as unknown as Declare;
}

const optional = ["input", "output", "description", "idempotency", "limits", "cost", "cache"] as const;

/** The options that were given, so that an absent one stays absent. */
const given = (options: AnyOptions): Partial<AnyOptions> =>
  Object.fromEntries(
    optional.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );

interface AnyOptions {
  readonly on?: "row" | "collection";
  readonly input?: InputSpec;
  readonly output?: OutputSpec;
  readonly errors?: Readonly<Record<string, DeclaredError>>;
  readonly description?: string;
  readonly idempotency?: IdempotencyUse;
  readonly limits?: readonly Limit[];
  readonly cost?: number;
  readonly cache?: CacheOptions;
  readonly access: (row: never, caller: CallerRef) => Condition;
  readonly run: CustomOperation["run"];
}
