import { createHash } from "node:crypto";
import { failure, KeelsonError } from "../base/error.ts";
import { IntegrationError } from "../base/integration-error.ts";
import type { Transaction } from "../data/transaction.ts";
import type { Integration, UpstreamCallOptions, UpstreamRefusal, Use } from "../declare/integration.ts";
import type { OpenIntegration } from "../integration/open-integration.ts";
import type { UpstreamCall, UpstreamResult } from "../integration/upstream-call.ts";
import type { IntegrationOperationModel } from "../model/integration-model.ts";
import { bePatient } from "./be-patient.ts";
import type { App, Call } from "./call.ts";
import { canonicalJson } from "./idempotency/canonical-json.ts";
import { validOf } from "./validate-input.ts";

type Options = UpstreamCallOptions<Readonly<Record<string, (refusal: UpstreamRefusal) => unknown>>>;

/** Longer than this a transaction must not stand still without having been told. */
const usualPatienceMs = 9_000;

/** `use` of a handler: calls integrations for whoever called it, and for as long as they wait. */
export function useIn(call: Call, tx: Transaction | undefined): Use {
  const newKey = newKeys(call);
  return ((integration: Integration) => {
    const open = integrationOf(call.app, integration);
    const one = (operation: IntegrationOperationModel) => (input?: unknown, options?: Options) =>
      callUpstream({ call, tx, open, operation, newKey }, input, options ?? {});
    return Object.fromEntries([...open.model.operations.values()].map((each) => [each.name, one(each)]));
  }) as unknown as Use;
}

function integrationOf(app: App, integration: Integration): OpenIntegration {
  const open = app.integrations?.open.get(integration?.name);
  if (open) return open;
  throw new TypeError(
    `"${integration?.name}" is not an integration of this back end; add it to backend({ integrations })`,
  );
}

interface Using {
  readonly call: Call;
  readonly tx: Transaction | undefined;
  readonly open: OpenIntegration;
  readonly operation: IntegrationOperationModel;
  readonly newKey: NewKey;
}

async function callUpstream(using: Using, given: unknown, options: Options): Promise<unknown> {
  const { call, open, operation, newKey } = using;
  const input = await checkedInput(using, given);
  await prepareTransaction(using);
  const signal = bothOf(options.signal, call.envelope.signal);
  const result = await open
    .call({
      operation,
      input,
      requestId: call.envelope.requestId,
      idempotencyKey: options.idempotencyKey ?? newKey(`${open.model.name}.${operation.name}`, input),
      headers: { ...call.envelope.trace },
      signal,
    })
    .catch((error: unknown) => {
      throw signal?.aborted && !(error instanceof KeelsonError) ? givenUp(error) : error;
    });
  if (result.kind === "output") return result.output;
  const caught = options.on && Object.hasOwn(options.on, result.error) ? options.on[result.error] : undefined;
  if (caught) return caught(result.refusal);
  throw declaredError(using, result);
}

/** Whoever waited does so no longer. */
const givenUp = (reason: unknown): KeelsonError =>
  failure("deadline_exceeded", { detail: "The caller no longer waits.", cause: reason });

const bothOf = (a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined =>
  a && b && a !== b ? AbortSignal.any([a, b]) : (a ?? b);

/** What a handler gives wrongly is a mistake of the program, not of its caller. */
async function checkedInput({ call, open, operation }: Using, given: unknown): Promise<unknown> {
  const check = call.app.integrations?.inputOf(operation);
  if (!check) return undefined;
  try {
    return validOf(await check(given));
  } catch (error) {
    const { errors = [] } = error as Partial<KeelsonError>;
    const faults = errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join("; ");
    throw failure("internal", {
      cause: new TypeError(`the input of ${open.model.name}.${operation.name} is not valid: ${faults}`),
    });
  }
}

/** While it waits its row stays locked: development says so, and PostgreSQL is told to have patience. */
async function prepareTransaction({ call, tx, open, operation }: Using): Promise<void> {
  const { app, envelope } = call;
  if (!tx || envelope.job) return;
  if (!operation.declaration.inTransaction)
    app.watch?.waitedOutside?.(envelope.operation.name, `${open.model.name}.${operation.name}`);
  const { totalTimeoutMs } = open.model;
  if (totalTimeoutMs > usualPatienceMs) await bePatient(tx, totalTimeoutMs);
}

function declaredError(
  { open, operation }: Using,
  { error, refusal, attempts }: Extract<UpstreamResult, { kind: "declared" }>,
): IntegrationError {
  return new IntegrationError("upstream_failed", {
    integration: open.model.name,
    operation: operation.name,
    fault: "declared",
    error,
    status: refusal.status,
    attempts,
    message: `it answered ${refusal.status}, which is declared as ${error}`,
    body: refusal.body,
  });
}

type NewKey = (operation: string, input: unknown) => UpstreamCall["idempotencyKey"];

/**
 * Keys by which the other service knows calls again. One follows from what is done, not from when: a transaction that
 * is run again, a later run of a job, and a request that its caller repeats under their own key send the same ones.
 * Equal calls of one handler are told apart by their number.
 */
function newKeys(call: Call): NewKey {
  const times = new Map<string, number>();
  return (operation, input) => {
    const what = canonicalJson([operation, input ?? null]);
    const before = times.get(what) ?? 0;
    times.set(what, before + 1);
    const digest = createHash("sha256")
      .update(canonicalJson([originOf(call), what, before]))
      .digest("hex");
    // In the form of a UUID, which every service takes.
    return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
}

/** Ids of calls that have no name of their own: request ids may be the caller's, and need not be unique. */
const ids = new WeakMap<Call, string>();

function originOf(call: Call): readonly unknown[] {
  const { app, claim, envelope } = call;
  const job = envelope.job?.job.id ?? envelope.partOf?.job.id;
  if (job !== undefined) return [app.model.name, "job", job];
  if (claim) return [app.model.name, "key", claim.scope, claim.fingerprint];
  const id = ids.get(call) ?? app.newId();
  ids.set(call, id);
  return [app.model.name, "call", envelope.requestId, id];
}
