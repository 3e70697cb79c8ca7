import type { Session, Statement } from "../transaction.ts";
import { textsOf } from "../wire-row.ts";

/** A row that was refused: a line of the report. */
export interface RowFault {
  /** The line on which the row begins, from 1. */
  readonly line: number;
  /** The line of the report, as JSON. */
  readonly report: string;
}

const insert: Statement = {
  name: "k_operation_faults_insert",
  text: `insert into keelson.operation_faults (operation, position, report)
    select $1::uuid, position, report from unnest($2::bigint[], $3::text[]) as f(position, report)`,
};

/** Adds to the report of an operation, in the transaction of the rows around them. `first` counts the faults before. */
export async function insertFaults(
  session: Session,
  operation: string,
  first: number,
  faults: readonly RowFault[],
): Promise<void> {
  if (faults.length === 0) return;
  const positions = faults.map((_fault, at) => first + at);
  await session.run(insert, [operation, positions, faults.map(({ report }) => report)], () => undefined);
}

const read: Statement = {
  name: "k_operation_faults_read",
  text: `select report from keelson.operation_faults
    where operation = $1::uuid and position >= $2::bigint order by position limit 500`,
};

/** The report of an operation, a line each, in batches. */
export async function* readFaults(session: Session, operation: string): AsyncGenerator<readonly string[]> {
  for (let position = 0; ; ) {
    const lines = await session.run(read, [operation, position], (rows) =>
      rows.map((row) => textsOf(row)[0] ?? ""),
    );
    if (lines.length > 0) yield lines;
    if (lines.length < 500) return;
    position += lines.length;
  }
}
