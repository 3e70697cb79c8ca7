import { anonymous, type Caller, system, user } from "../base/caller.ts";

/**
 * What is stored of a job: its input as it was given, and for whom it runs. The format has a number, since processes
 * of two versions work side by side while a new one is rolled out.
 */
export interface Payload {
  readonly v: 1;
  readonly input: unknown;
  readonly caller: StoredCaller;
  readonly requestId: string;
  /** How often it was taken back from the dead letters. */
  readonly redrives?: number;
}

interface StoredCaller {
  readonly kind: Caller["kind"];
  readonly id?: string;
  readonly roles?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly onBehalfOf?: string | null;
}

export const payloadOf = (input: unknown, caller: Caller, requestId: string): Payload => ({
  v: 1,
  input: input ?? {},
  caller: storedCaller(caller),
  requestId,
});

function storedCaller(caller: Caller): StoredCaller {
  switch (caller.kind) {
    case "anonymous":
      return { kind: "anonymous" };
    case "user":
      return { kind: "user", id: caller.id, roles: caller.roles, claims: caller.claims };
    case "system":
      return { kind: "system", reason: caller.reason, onBehalfOf: caller.onBehalfOf };
  }
}

/** The caller that was stored; undefined where this version does not know what it reads. */
export function callerOf({ caller }: Payload): Caller | undefined {
  switch (caller?.kind) {
    case "anonymous":
      return anonymous;
    case "user":
      return caller.id === undefined ? undefined : user(caller.id, caller.roles, caller.claims);
    case "system":
      return caller.reason === undefined ? undefined : system(caller.reason, caller.onBehalfOf ?? null);
    default:
      return undefined;
  }
}

/** Whether this version can read it. */
export const isPayload = (value: unknown): value is Payload =>
  typeof value === "object" && value !== null && (value as { readonly v?: unknown }).v === 1;
