import { failure, KeelsonError } from "../../base/error.ts";
import { readRecord } from "../../data/execute.ts";
import type { KeyRecord } from "../../data/idempotency-records.ts";
import type { Session } from "../../data/transaction.ts";
import type { ResourceModel } from "../../model/app-model.ts";
import { type StoredBatch, storedBatch } from "../batch/stored-batch.ts";
import type { Call } from "../call.ts";
import { executionOf } from "../execution-of.ts";
import { isComposed } from "../is-composed.ts";
import { recordId } from "../record-id.ts";

/** The form in which answers are kept. Another version of Keelson may have another one. */
const formatVersion = 1;
/** That of an answer without its text, which who knows only the first one must not take for whole. */
const cutVersion = 2;

/** What is kept of one answer at the most. Longer ones would let a caller fill the database. */
export const maxKeptBytes = 1_048_576;

/** An answer as it is kept under a key; its text is kept beside it. */
export interface StoredAnswer {
  readonly format: number;
  /** Of the call that had the effect. */
  readonly requestId: string;
  /** Which rules its caller had: the roles, in short. */
  readonly view: string;
  /** The version of the API whose words the text has, where there are versions: the newest one then. */
  readonly words?: string;
  /** The record that the caller must still be able to read, or they are not told again what they were told. */
  readonly shows?: { readonly resource: string; readonly id: string };
  /** The text was too long to be kept. */
  readonly cut?: true;
  readonly of:
    | { readonly kind: "none" | "value" }
    | StoredBatch
    | {
        readonly kind: "record";
        readonly id: string;
        readonly version: number | null;
        readonly created: boolean;
        readonly composed: boolean;
      }
    | {
        readonly kind: "error";
        readonly code: string;
        readonly status: number;
        readonly title: string;
        readonly detail?: string;
        readonly members: Readonly<Record<string, unknown>>;
      };
}

type Kept = Pick<KeyRecord, "answer" | "body">;

/** The answer of a call whose effect is done but not yet committed. */
export async function successOf(call: Call, session: Session): Promise<Kept> {
  const { executed } = call;
  switch (executed.kind) {
    case "record": {
      const { json, id, version, created } = executed;
      const of = { kind: "record", id, version, created, composed: isComposed(call) } as const;
      const shows = json === JSON.stringify({ id }) ? undefined : { resource: call.selection.resource, id };
      return kept(call, of, shows, json);
    }
    case "batch": {
      const { of, body } = storedBatch(executed);
      return kept(call, of, undefined, body);
    }
    case "value": {
      const body: string | undefined = JSON.stringify(executed.value);
      if (body === undefined)
        throw failure("internal", { cause: new Error("a handler returned what is no JSON value") });
      return kept(call, { kind: "value" }, await targetOf(call, session), body);
    }
    default:
      return kept(call, { kind: "none" }, undefined, null);
  }
}

/** An error that a handler ended with, after everything else that it did was undone. */
export function failureOf(call: Call, { code, status, title, detail, members }: KeelsonError): Kept {
  const of = {
    kind: "error",
    code,
    status,
    title,
    ...(detail === undefined ? {} : { detail }),
    members: Buffer.byteLength(JSON.stringify(members)) > maxKeptBytes ? {} : members,
  } as const;
  const resource = rowResource(call);
  return kept(call, of, resource && { resource: resource.name, id: recordId(call, resource) }, null);
}

function kept(call: Call, of: StoredAnswer["of"], shows: StoredAnswer["shows"], body: string | null): Kept {
  const { requestId } = call.envelope;
  const words = newestVersion(call);
  const cut = body !== null && Buffer.byteLength(body) > maxKeptBytes;
  const answer: StoredAnswer = {
    format: cut ? cutVersion : formatVersion,
    requestId,
    view: call.view.signature,
    ...(words === undefined ? {} : { words }),
    ...(shows ? { shows } : {}),
    ...(cut ? { cut } : {}),
    of,
  };
  return { answer: JSON.stringify(answer), body: cut ? null : body };
}

export const newestVersion = ({ app }: Call): string | undefined => app.model.versions?.current.date;

/** The record that a command was called on, where its caller can still read it after what the command did. */
async function targetOf(call: Call, session: Session): Promise<StoredAnswer["shows"]> {
  const resource = rowResource(call);
  if (!resource) return undefined;
  const id = recordId(call, resource);
  const record = await readRecord(executionOf(call, session), { resource, id, nodes: [] });
  return record && { resource: resource.name, id };
}

function rowResource({ envelope: { operation } }: Call): ResourceModel | undefined {
  return operation.kind === "custom" && operation.on === "row" ? operation.resource : undefined;
}

/** @throws KeelsonError `unavailable` for the form of another version, which other processes know */
export function readAnswer({ answer }: KeyRecord): StoredAnswer {
  const stored = JSON.parse(answer) as StoredAnswer;
  if (stored.format === formatVersion || stored.format === cutVersion) return stored;
  throw failure("unavailable", {
    detail: "Another version of this service answered this key.",
    headers: { "retry-after": "5" },
  });
}

/** The error as it was. */
export const errorOf = (of: Extract<StoredAnswer["of"], { kind: "error" }>): KeelsonError =>
  new KeelsonError(of.code, of, {
    ...(of.detail === undefined ? {} : { detail: of.detail }),
    members: of.members,
  });
