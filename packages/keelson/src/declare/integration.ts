import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Duration } from "../base/duration.ts";
import type { Fields, InputOf, ObjectOf } from "./field.ts";

/** A value that is set where the back end runs, by an environment variable. */
export interface Setting {
  /** The variable, e.g. `PAYMENTS_URL`. */
  readonly env: string;
  /** What holds in development where it is not set; in production it must be. */
  readonly development?: string;
}

/** What a function that authenticates is given. */
export interface AuthContext {
  /** Aborted when the call that needs it is given up. */
  readonly signal: AbortSignal;
  /** Reads the value of a setting. */
  setting(setting: Setting): string;
}

/** How calls say who makes them. Secrets come from settings, and are never logged. */
export type IntegrationAuth =
  | { readonly bearer: Setting }
  | { readonly basic: { readonly user: Setting | string; readonly password: Setting } }
  | { readonly header: string; readonly value: Setting }
  /** Gives header fields, for every call; what takes time to get it keeps itself. */
  | ((context: AuthContext) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** How long a call waits. */
export interface IntegrationTimeout {
  /** For a connection, TLS included. @defaultValue "2s" */
  readonly connect?: Duration;
  /** For one attempt, from its beginning to the last byte of the answer. @defaultValue "5s" */
  readonly attempt?: Duration;
  /** For everything: attempts, pauses, and the wait for a turn. @defaultValue "8s" */
  readonly total?: Duration;
}

/** Which attempts are repeated, and when. */
export interface IntegrationRetry {
  /** Attempts after the first, 0 to 10. @defaultValue 2 */
  readonly limit?: number;
  /** The longest pause before the first repetition; it doubles with each further one (full jitter). @defaultValue "100ms" */
  readonly from?: Duration;
  /** What the longest pause grows to. @defaultValue "2s" */
  readonly to?: Duration;
  /** Statuses after which to try again. @defaultValue 408, 429, 500, 502, 503, 504 */
  readonly statuses?: readonly number[];
  /** Repetitions as a part of all calls, in the long run: 0.2 is one in five. Ten come on top. @defaultValue 0.2 */
  readonly budget?: number;
}

/** When calls are refused at once instead of being tried. */
export interface IntegrationBreaker {
  /** The part of attempts that must fail, above 0 and up to 1. @defaultValue 0.5 */
  readonly ratio?: number;
  /** Over which time they are counted, `1s` to `1h`. @defaultValue "30s" */
  readonly window?: Duration;
  /** Attempts in that time below which nothing is concluded, 1 to 100,000. @defaultValue 10 */
  readonly minimum?: number;
  /** How long calls are refused before some are tried again, `100ms` to `1h`. @defaultValue "10s" */
  readonly open?: Duration;
  /** How many of those must all succeed, 1 to 100. @defaultValue 1 */
  readonly probes?: number;
}

/** How many calls may be under way at the same time, in one process. */
export interface IntegrationBulkhead {
  /** Attempts at the same time, 1 to 10,000. @defaultValue 64 */
  readonly concurrent?: number;
  /** Attempts that wait for their turn, 0 to 100,000; further ones are refused. @defaultValue 64 */
  readonly queue?: number;
}

/** An error that the other service answers with, and that callers may want to tell apart. */
export interface UpstreamError {
  /** 400 to 599. */
  readonly status: number;
  /** Whether it is this one, of several with the same status. Given the answer's JSON, or its text. */
  readonly when?: (body: unknown) => boolean;
}

type Shape = Fields | StandardSchemaV1;

/** One thing that the other service does. */
export interface IntegrationOperation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base URL, e.g. `/charges/{id}/refunds`. What is in braces is a member of the input. */
  readonly path: string;
  /**
   * Fields, or a Standard Schema (Zod, Valibot, ArkType). What is not in the path becomes the query of `GET` and
   * `DELETE`, and otherwise the JSON body. @defaultValue none
   */
  readonly input?: Shape;
  /** Fields, or a Standard Schema: what of the answer is used. Further members are left out. @defaultValue none */
  readonly output?: Shape;
  /** By name in lowerCamelCase. */
  readonly errors?: Readonly<Record<string, UpstreamError>>;
  /**
   * Whether it happens once however often it is asked for: by its nature, or since the other service keeps to the
   * idempotency key. Nothing else is repeated after it may have arrived. @defaultValue not for `POST` and `PATCH`
   */
  readonly idempotent?: boolean;
  /** For one attempt, instead of the integration's. */
  readonly timeout?: Duration;
  /** True where it is meant to be waited for within a command's transaction; development then gives no advice. */
  readonly inTransaction?: boolean;
  /** Documentation, in Markdown. */
  readonly description?: string;
}

type Operations = Readonly<Record<string, IntegrationOperation>>;

/** What an integration is made of. */
export interface IntegrationOptions<O extends Operations> {
  /** Where the service is: http or https, without a query. */
  readonly baseUrl: string | Setting;
  readonly operations: O;
  /** @defaultValue nobody is named */
  readonly auth?: IntegrationAuth;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: IntegrationTimeout;
  /** `false` for none. */
  readonly retry?: IntegrationRetry | false;
  /** `false` for none. */
  readonly breaker?: IntegrationBreaker | false;
  readonly bulkhead?: IntegrationBulkhead;
  /** The header field in which writes carry their idempotency key. @defaultValue "Idempotency-Key" */
  readonly idempotencyHeader?: string;
  /** The longest answer that is read, up to 64 MiB. @defaultValue 1 MiB */
  readonly maxAnswerBytes?: number;
  /** Documentation, in Markdown. */
  readonly description?: string;
}

/** A service that the back end depends on: a frozen value. */
export interface Integration<Name extends string = string, O extends Operations = Operations> {
  readonly type: "integration";
  readonly name: Name;
  readonly options: IntegrationOptions<O>;
}

/** What is given for a call. */
export type UpstreamInput<Op> = Op extends { readonly input: infer I }
  ? I extends StandardSchemaV1
    ? StandardSchemaV1.InferInput<I>
    : I extends Fields
      ? InputOf<I>
      : never
  : Record<never, never>;

/** What a call answers. */
export type UpstreamOutput<Op> = Op extends { readonly output: infer O }
  ? O extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<O>
    : O extends Fields
      ? ObjectOf<O>
      : never
  : // biome-ignore lint/suspicious/noConfusingVoidType: it is only ever a result
    void;

/** A declared error, as it came. */
export interface UpstreamRefusal {
  readonly status: number;
  /** The answer's JSON, or its text where it is none. Not checked; it is the other service's. */
  readonly body: unknown;
}

type ErrorsOf<Op> = Op extends { readonly errors: infer E } ? keyof E & string : never;

/** What to do instead of failing, by declared error. */
export type UpstreamCatches<Op> = { readonly [E in ErrorsOf<Op>]?: (refusal: UpstreamRefusal) => unknown };

/** How one call differs. */
export interface UpstreamCallOptions<H> {
  /** Called for a declared error; what it returns is the result of the call, and what it throws is thrown. */
  readonly on?: H;
  /**
   * Instead of the one that follows from this request or job, the operation and its input. Needed where the input
   * is not the same when a job runs again, e.g. has the time in it.
   */
  readonly idempotencyKey?: string;
  /** Gives up when it is aborted; the caller's own signal counts anyway. */
  readonly signal?: AbortSignal;
}

/** What the given functions return; of those that are not given nothing is known, and nothing comes. */
type CaughtBy<H> = {
  [K in keyof H]-?: H[K] extends (refusal: never) => infer R
    ? unknown extends R
      ? never
      : Awaited<R>
    : never;
}[keyof H];

type Call<Op> =
  Record<never, never> extends UpstreamInput<Op>
    ? <H extends UpstreamCatches<Op>>(
        input?: UpstreamInput<Op>,
        options?: UpstreamCallOptions<H>,
      ) => Promise<UpstreamOutput<Op> | CaughtBy<H>>
    : <H extends UpstreamCatches<Op>>(
        input: UpstreamInput<Op>,
        options?: UpstreamCallOptions<H>,
      ) => Promise<UpstreamOutput<Op> | CaughtBy<H>>;

/** The operations of an integration, to be called. @throws IntegrationError when a call does not succeed */
export type Upstream<I extends Integration> = {
  readonly [K in keyof I["options"]["operations"]]: Call<I["options"]["operations"][K]>;
};

/** Calls a service that the back end depends on. */
export type Use = <I extends Integration>(integration: I) => Upstream<I>;

/** Declares a service that the back end depends on. Add it to `backend({ integrations })`. */
export function integration<const N extends string, const O extends Operations>(
  name: N,
  options: IntegrationOptions<O>,
): Integration<N, O> {
  return Object.freeze({ type: "integration" as const, name, options: Object.freeze({ ...options }) });
}
