import { open } from "node:fs/promises";
import type { Database } from "../data/database.ts";
import { readFaults } from "../data/operations/operation-faults.ts";
import type { OperationRecord } from "../data/operations/operation-record.ts";

/** Writes the report of an import to a file, as NDJSON; gives its name. */
export async function writeReport(
  database: Database,
  { id }: OperationRecord,
  file: string,
): Promise<string> {
  const handle = await open(file, "w");
  try {
    for await (const lines of readFaults(database, id))
      await handle.write(lines.map((line) => `${line}\n`).join(""));
  } finally {
    await handle.close();
  }
  return file;
}
