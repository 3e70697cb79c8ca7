import { failure } from "../../base/error.ts";
import { readRecord } from "../../data/execute.ts";
import type { KeyClaim, KeyRecord } from "../../data/idempotency-records.ts";
import { presentBatch } from "../batch/stored-batch.ts";
import type { Call } from "../call.ts";
import { executionOf } from "../execution-of.ts";
import { errorOf, newestVersion, readAnswer, type StoredAnswer } from "./stored-answer.ts";

/**
 * Answers a call as the call before with the same key was answered. Its caller has passed all steps up to the
 * rules that do not depend on a row; what the answer shows they must be able to read now.
 *
 * @throws KeelsonError `idempotency_key_reused` for another request; `idempotency_answer_too_large` where nothing but
 * the fact was kept; the stored error, if it was one
 */
export async function answerAgain(call: Call, claim: KeyClaim, record: KeyRecord): Promise<void> {
  if (record.fingerprint !== claim.fingerprint) {
    announce(call, "idempotency.reused");
    throw failure("idempotency_key_reused");
  }
  const stored = readAnswer(record);
  const now = await presentRecord(call, stored);
  announce(call, "idempotency.replayed");
  call.replayed = { requestId: stored.requestId };
  const { of } = stored;
  const body = record.body ?? "";
  if (stored.cut && of.kind === "value") throw failure("idempotency_answer_too_large");
  switch (of.kind) {
    case "error":
      throw errorOf(of);
    case "record":
      // Other roles may see other fields, and other versions have other words: then it is answered as it is now.
      call.executed = now ? { ...of, ...now } : { ...of, json: body };
      return;
    case "batch":
      call.executed = await presentBatch(call, of, {
        body: record.body,
        changed: stored.view !== call.view.signature || stored.words !== newestVersion(call),
      });
      return;
    case "value":
      call.executed = { kind: "value", value: JSON.parse(body) };
      return;
    case "none":
      call.executed = { kind: "none" };
  }
}

const announce = (call: Call, type: "idempotency.reused" | "idempotency.replayed"): void =>
  call.app.observe({
    type,
    requestId: call.envelope.requestId,
    operation: call.envelope.operation.name,
    callerId: call.caller.id,
  });

/**
 * Makes sure that what was answered may still be read. Where the caller's rules are others by now, or the words of the
 * API, or the answer was too long to be kept, gives the record as it is.
 */
async function presentRecord(
  call: Call,
  { shows, view, words, of, cut }: StoredAnswer,
): Promise<
  { readonly json: string; readonly version: number | null; readonly composed: undefined } | undefined
> {
  const otherView = view !== call.view.signature;
  const changed = otherView || words !== newestVersion(call) || cut === true;
  // A handler may have told more to the roles that its caller had then.
  if (otherView && (of.kind === "value" || of.kind === "error"))
    throw failure("forbidden", "This key was answered to the same caller with other roles.");
  if (!shows) return undefined;
  const resource = call.app.model.resources.get(shows.resource);
  const nodes = changed ? call.selection.nodes : [];
  const record =
    resource && (await readRecord(executionOf(call, call.session), { resource, id: shows.id, nodes }));
  if (!record) throw failure("not_found");
  return changed ? { json: record.json, version: record.version, composed: undefined } : undefined;
}
