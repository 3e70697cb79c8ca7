import { createHash } from "node:crypto";
import type { Caller } from "../../base/caller.ts";
import { failure } from "../../base/error.ts";
import type { KeyClaim } from "../../data/idempotency-records.ts";
import type { OperationModel } from "../../model/app-model.ts";
import type { Call } from "../call.ts";
import { isInner } from "../envelope.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Visible characters and spaces of ASCII, as a String of RFC 9651 has them. */
const pattern = /^[\x20-\x7e]+$/;
const maxKeyLength = 255;
/** Callers without a token share one space of keys, so theirs must not be guessed. */
const minAnonymousKeyLength = 16;

/** What a call claims by its key; undefined where it has none and needs none. */
export function claimOf(call: Call): KeyClaim | undefined {
  const { idempotencyKey: key, operation } = call.envelope;
  // What a handler does is part of the call whose handler it is.
  if (isInner(call.envelope)) return undefined;
  if (key === undefined) {
    if (requiresKey(operation)) throw failure("idempotency_key_missing");
    return undefined;
  }
  checkKey(key, call.caller);
  const caller = callerName(call.caller);
  return {
    key,
    caller,
    operation: operation.name,
    // The first is the tenant, of which there are none.
    scope: digest([null, issuerOf(call.caller), call.caller.kind, caller, operation.name, key]),
    fingerprint: fingerprintOf(call),
  };
}

const requiresKey = (operation: OperationModel): boolean =>
  operation.kind === "custom" && operation.idempotency === "required";

function checkKey(key: string, caller: Caller): void {
  if (key.length > maxKeyLength || !pattern.test(key))
    throw failure(
      "idempotency_key_invalid",
      `It must be 1 to ${maxKeyLength} visible characters of ASCII, e.g. a UUID.`,
    );
  if (caller.kind === "anonymous" && key.length < minAnonymousKeyLength)
    throw failure(
      "idempotency_key_invalid",
      `Without a token it must have at least ${minAnonymousKeyLength} characters, so that nobody guesses it.`,
    );
}

/** A subject is unique within its issuer. */
const issuerOf = ({ claims }: Caller): unknown => claims["iss"] ?? null;

const callerName = (caller: Caller): string =>
  (caller.kind === "system" ? caller.onBehalfOf : caller.id) ?? caller.kind;

/** Everything that the answer depends on, as the caller said it: defaults may change from one try to the next. */
function fingerprintOf({ envelope, received }: Call): string {
  const { operation, id, input, read, preconditions, apiVersion, atomic } = envelope;
  const version = apiVersion?.asked;
  const whole: unknown[] = atomic === undefined ? [] : [atomic];
  if (received) whole.push(received.sha256, received.format);
  return digest([1, operation.name, version, id?.toLowerCase(), input, read, preconditions, ...whole]);
}

const digest = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex");
