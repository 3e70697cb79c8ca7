import {
  type ApiError,
  CallError,
  type NetworkError,
  type TimeoutError,
  type UnexpectedAnswerError,
} from "./call-error.ts";

/** A call that was sent: a promise whose type also knows the codes of the errors that its operation declares. */
export interface Call<T, Code extends string = never> extends Promise<T> {
  /** For the compiler alone; there is no such member. */
  readonly "~code"?: Code;
}

/** How a call ended. */
export type Attempt<T, Code extends string = never> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Failure<Code> };

/** Everything that a call fails with; `code` tells them apart. */
export type Failure<Code extends string = never> =
  | ApiError<Code | BuiltInCode>
  | NetworkError
  | TimeoutError
  | UnexpectedAnswerError;

/** Codes that every operation can end with. */
export type BuiltInCode =
  | "malformed_json"
  | "invalid_parameter"
  | "invalid_header"
  | "invalid_cursor"
  | "idempotency_key_missing"
  | "idempotency_key_invalid"
  | "unknown_api_version"
  | "malformed_request"
  | "unauthenticated"
  | "invalid_token"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "not_acceptable"
  | "request_timeout"
  | "conflict"
  | "unique_violation"
  | "still_referenced"
  | "idempotency_answer_too_large"
  | "idempotency_in_progress"
  | "api_version_gone"
  | "precondition_failed"
  | "body_too_large"
  | "uri_too_long"
  | "unsupported_media_type"
  | "validation_failed"
  | "malformed_file"
  | "too_many_errors"
  | "idempotency_key_reused"
  | "precondition_required"
  | "headers_too_large"
  | "internal"
  | "method_not_implemented"
  | "overloaded"
  | "rate_limited"
  | "unavailable"
  | "deadline_exceeded"
  | "upstream_failed"
  | "upstream_unavailable"
  | "upstream_timeout";

/**
 * Waits for a call and gives its failure as a value, typed by what the operation declares, instead of throwing
 * it. An aborted call still throws the reason of its signal, and so does what is no failure of a call.
 *
 * @example
 * const paid = await attempt(shop.order.pay(id, { reference: "ref-1" }));
 * if (!paid.ok && paid.error.code === "wrong_status") …
 */
export async function attempt<T, Code extends string = never>(
  call: PromiseLike<T> & Pick<Call<T, Code>, "~code">,
): Promise<Attempt<T, Code>> {
  try {
    return { ok: true, value: await call };
  } catch (error) {
    if (error instanceof CallError) return { ok: false, error: error as Failure<Code> };
    throw error;
  }
}
