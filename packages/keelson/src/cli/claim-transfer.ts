import { setTimeout as pause } from "node:timers/promises";
import { newId } from "../base/id.ts";
import type { Database } from "../data/database.ts";
import { cancelOperation, claimOperation, finishOperation } from "../data/operations/operation-lease.ts";
import type { OperationRecord } from "../data/operations/operation-record.ts";
import { findOperation, findResumable, insertOperation } from "../data/operations/operation-records.ts";
import { say } from "./terminal.ts";
import { isGone, thisHolder, wrong } from "./transfer-options.ts";

/** How long a command that says nothing keeps its operation, where nobody can see whether it lives. */
export const commandLeaseMs = 15_000;

/** How long the reports of commands are kept. */
export const commandRetentionMs = 7 * 86_400_000;

export interface ResumeOptions {
  readonly resume?: true;
  readonly restart?: true;
}

type Asked = Pick<OperationRecord, "kind" | "resource" | "owner" | "caller" | "request">;

/**
 * The operation of a command, claimed: a new one, or with `--resume` the one that the same command has left. An
 * operation that was left and is not mentioned is refused, since to begin anew would write its rows again.
 *
 * @throws DiagnosticError that says what to do about an operation that was left
 */
export async function claimTransfer(
  database: Database,
  asked: Asked,
  { resume, restart }: ResumeOptions,
  signal: AbortSignal,
): Promise<OperationRecord> {
  const left = await findResumable(database, asked);
  if (left && resume) return claimLeft(database, left, signal);
  if (left && restart) await giveUp(database, left);
  else if (left) throw leftBehind(left);
  const operation = { ...asked, id: newId(), runner: "command", source: null, output: null } as const;
  const made = await insertOperation(database, operation, commandRetentionMs);
  return claimed(await claimOperation(database, made.id, holding()), made);
}

const holding = (abandoned?: number) => ({ leaseMs: commandLeaseMs, holder: thisHolder(), abandoned });

const claimed = (record: OperationRecord | undefined, { id }: OperationRecord): OperationRecord => {
  if (record) return record;
  throw wrong("in-progress", `operation ${id}`, "Another process is working on it.", "Wait for its end.");
};

/** Takes over what is left, waiting for a lease whose holder may still live. */
async function claimLeft(
  database: Database,
  left: OperationRecord,
  signal: AbortSignal,
): Promise<OperationRecord> {
  if (isGone(left.holder)) return claimed(await claimOperation(database, left.id, holding(left.fence)), left);
  let told = false;
  for (let waited = 0; waited < 2 * commandLeaseMs && !signal.aborted; waited += 200) {
    const record = await claimOperation(database, left.id, holding());
    if (record) return record;
    if (!told) say(`  waiting: ${left.holder ?? "another process"} may still be working on it`);
    told = true;
    await pause(200, undefined, { signal }).catch(() => {});
  }
  return claimed(undefined, left);
}

async function giveUp(database: Database, left: OperationRecord): Promise<void> {
  await cancelOperation(database, left.id);
  const holder = isGone(left.holder) ? holding(left.fence) : holding();
  const record =
    (await claimOperation(database, left.id, holder)) ?? (await findOperation(database, left.id, null));
  if (record?.state === "running")
    await finishOperation(database, record, { state: "cancelled" }, commandRetentionMs);
}

const leftBehind = ({ done, kind }: OperationRecord) =>
  wrong(
    "left-behind",
    `keelson ${kind}`,
    `The same ${kind} was interrupted after ${done.toLocaleString("en")} rows.`,
    "Go on where it was left with --resume, or begin anew with --restart.",
  );
