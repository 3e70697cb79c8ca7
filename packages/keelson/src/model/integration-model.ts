import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { FieldSpec } from "../declare/field-spec.ts";
import type { Integration, IntegrationAuth, IntegrationOperation, Setting } from "../declare/integration.ts";

/** A service that the back end depends on, with everything that was left out filled in. */
export interface IntegrationModel {
  readonly name: string;
  readonly declaration: Integration;
  readonly baseUrl: string | Setting;
  readonly auth: IntegrationAuth | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
  /** Undefined for none. */
  readonly retry: UpstreamRetryModel | undefined;
  /** Undefined for none. */
  readonly breaker: BreakerModel | undefined;
  readonly concurrent: number;
  readonly queue: number;
  readonly idempotencyHeader: string;
  readonly maxAnswerBytes: number;
  /** By name, e.g. `charge`. */
  readonly operations: ReadonlyMap<string, IntegrationOperationModel>;
}

export interface UpstreamRetryModel {
  readonly limit: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly statuses: ReadonlySet<number>;
  readonly budget: number;
}

export interface BreakerModel {
  readonly ratio: number;
  readonly windowMs: number;
  readonly minimum: number;
  readonly openMs: number;
  readonly probes: number;
}

/** What a value is made of: fields, or a schema of a schema library. */
export type ShapeModel =
  | { readonly kind: "fields"; readonly fields: ReadonlyMap<string, FieldSpec> }
  | { readonly kind: "schema"; readonly schema: StandardSchemaV1 };

export interface IntegrationOperationModel {
  /** `charge`. */
  readonly name: string;
  readonly declaration: IntegrationOperation;
  readonly method: IntegrationOperation["method"];
  /** Texts and, between them, names of members: `/charges/{id}` is `["/charges/", "id", ""]`. */
  readonly path: readonly string[];
  /** Undefined where nothing is sent. */
  readonly input: ShapeModel | undefined;
  /** Undefined where the answer is of no interest. */
  readonly output: ShapeModel | undefined;
  readonly attemptTimeoutMs: number;
  /** May be sent again although it may have arrived. */
  readonly idempotent: boolean;
  /** Whether it carries an idempotency key. */
  readonly keyed: boolean;
}
