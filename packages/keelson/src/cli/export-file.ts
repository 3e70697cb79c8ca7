import { open } from "node:fs/promises";
import type { Session } from "../data/transaction.ts";
import type { ExportSink } from "../operation/transfer/export-rows.ts";

/** What a command exports to. */
export interface ExportFile {
  sink(session: Session): ExportSink;
  close(): Promise<void>;
}

const partBytes = 1_048_576;

/**
 * Opens a file to go on with after its first `bytes`, or standard output. A checkpoint is written after the bytes
 * before it have been: what a killed process wrote past the last one is cut off.
 */
export async function openExportFile(file: string | undefined, bytes: number): Promise<ExportFile> {
  if (file === undefined) return { sink: (session) => sinkOver(session, writeOut), close: async () => {} };
  const handle = await open(file, bytes === 0 ? "w" : "r+");
  await handle.truncate(bytes);
  return {
    sink: (session) =>
      sinkOver(session, async (part, start) => {
        await handle.write(part, 0, part.length, start);
      }),
    close: async () => {
      await handle.sync();
      await handle.close();
    },
  };
}

const sinkOver = (session: Session, write: (part: Buffer, start: number) => Promise<void>): ExportSink => ({
  partBytes,
  write: async ({ start, bytes }, advance) => {
    await write(bytes, start);
    return advance(session);
  },
});

/** Waits for the reader. */
const writeOut = (part: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(part, (error) => (error ? reject(error) : resolve()));
  });
