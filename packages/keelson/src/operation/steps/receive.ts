import { createHash } from "node:crypto";
import { failure } from "../../base/error.ts";
import {
  addPart,
  beginContent,
  partBytes,
  removeContent,
  sealContent,
} from "../../data/operations/stored-content.ts";
import type { Call } from "../call.ts";
import type { FileContent } from "../envelope.ts";
import type { Outcome } from "../outcome.ts";

/**
 * Takes in the file that comes with a call, in parts that commit by themselves, so that no more than a part of it is in
 * memory and no transaction waits for a slow sender. What is not part of an operation in the end is removed: here where
 * the sending breaks off, by the cleaning where this process does.
 */
export function receive(call: Call): void | Promise<void> {
  const { content } = call.envelope;
  return content && receiveFile(call, content);
}

/** Removes a file that came for nothing: its call was refused, or had been answered before. */
export async function dropReceived(call: Call, outcome: Outcome): Promise<void> {
  if (call.received && (call.replayed || !outcome.ok))
    await removeContent(call.app.database, call.received.id).catch(() => {});
}

async function receiveFile(call: Call, { format, bytes }: FileContent): Promise<void> {
  const { database, newId, transfers } = call.app;
  const id = newId();
  const hash = createHash("sha256");
  let start = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const flush = async (): Promise<void> => {
    const part = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    await addPart(database, id, { start, bytes: part });
    start += part.length;
  };
  await beginContent(database, id);
  try {
    for await (const piece of bytes) {
      hash.update(piece);
      pending.push(piece);
      pendingBytes += piece.length;
      if (start + pendingBytes > transfers.maxImportBytes) throw tooLarge(transfers.maxImportBytes);
      if (pendingBytes >= partBytes) await flush();
    }
    if (pendingBytes > 0) await flush();
    const sha256 = hash.digest("hex");
    await sealContent(database, { id, bytes: start, sha256 });
    call.received = { id, sha256, format };
  } catch (error) {
    await removeContent(database, id).catch(() => {});
    throw error;
  }
}

const tooLarge = (maxBytes: number): Error =>
  failure("body_too_large", `A file may have at most ${maxBytes} bytes, decompressed.`);
