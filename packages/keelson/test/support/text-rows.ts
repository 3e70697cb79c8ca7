import type { ReadRows } from "../../src/data/transaction.ts";
import { textsOf } from "../../src/data/wire-row.ts";

/** Reads all rows of an answer as texts. */
export const textRows: ReadRows<readonly (readonly (string | null)[])[]> = (rows) =>
  rows.map((row) => textsOf(row));
