import type { UpstreamRefusal } from "../declare/integration.ts";
import type { IntegrationOperationModel } from "../model/integration-model.ts";

/** Who calls, and for what. */
export interface UpstreamCall {
  readonly operation: IntegrationOperationModel;
  /** Checked already. */
  readonly input: unknown;
  readonly requestId: string;
  readonly idempotencyKey: string;
  /** Further header fields: those of the caller's trace. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** What a call came to: an output, or one of the declared errors. */
export type UpstreamResult =
  | { readonly kind: "output"; readonly output: unknown }
  | {
      readonly kind: "declared";
      readonly error: string;
      readonly refusal: UpstreamRefusal;
      readonly attempts: number;
    };
