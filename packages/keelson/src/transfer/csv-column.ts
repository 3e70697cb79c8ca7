import type { Fault } from "../base/error.ts";
import { didYouMean } from "../base/nearest.ts";
import type { FieldSpec } from "../declare/field-spec.ts";
import { guardCell, printCell, readCell, unguardCell } from "./csv-cell.ts";

/** A column of a CSV file: the value of a field, or a part of it. */
export interface CsvColumn {
  /** As it stands in the header: `sku`, `price.amount`, `address.street`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly spec: FieldSpec;
}

/** The columns that fields are written to: money and objects have one for each part, all else has one. */
export const columnsOf = (fields: ReadonlyMap<string, FieldSpec>): readonly CsvColumn[] =>
  [...fields].flatMap(([name, spec]) => columnsOfValue([name], spec));

function columnsOfValue(path: readonly string[], spec: FieldSpec): readonly CsvColumn[] {
  if (spec.kind === "money")
    return (
      [
        ["amount", "integer"],
        ["currency", "text"],
      ] as const
    ).map(([part, kind]) => columnOf([...path, part], { ...spec, kind }));
  if (spec.kind === "object" && spec.members)
    return Object.entries(spec.members).flatMap(([name, member]) => columnsOfValue([...path, name], member));
  return [columnOf(path, spec)];
}

const columnOf = (path: readonly string[], spec: FieldSpec): CsvColumn => ({
  name: path.join("."),
  path,
  spec,
});

/** What a header says: a column for each cell, or everything that is wrong with it. */
export type ReadHeader =
  | { readonly ok: true; readonly columns: readonly CsvColumn[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Finds the columns that a header names.
 *
 * @param required - names of fields that must be there, for rows that are to be created
 */
export function readHeader(
  cells: readonly (string | null)[],
  known: readonly CsvColumn[],
  required: readonly string[],
): ReadHeader {
  const faults: Fault[] = [];
  const byName = new Map(known.map((column) => [column.name, column]));
  const columns: CsvColumn[] = [];
  const seen = new Set<string>();
  for (const [position, cell] of cells.entries()) {
    const name = (cell ?? "").trim();
    const column = byName.get(name);
    if (name === "")
      faults.push({ code: "unnamed_column", detail: `Column ${position + 1} of the header has no name.` });
    else if (!column) {
      const hint = didYouMean(name, [...byName.keys()]);
      const others = hint === "" ? ` The columns are ${[...byName.keys()].join(", ")}.` : hint;
      faults.push({ code: "unknown_column", detail: `"${name}" is no column that can be written.${others}` });
    } else if (seen.has(name))
      faults.push({ code: "duplicate_column", detail: `The column "${name}" is there twice.` });
    else columns.push(column);
    seen.add(name);
  }
  for (const name of required)
    if (![...seen].some((one) => one === name || one.startsWith(`${name}.`)))
      faults.push({
        code: "missing_column",
        detail: `The column "${nameOfColumns(name, known)}" is missing.`,
      });
  return faults.length > 0 ? { ok: false, faults } : { ok: true, columns };
}

const nameOfColumns = (field: string, known: readonly CsvColumn[]): string =>
  known.find((column) => column.path[0] === field)?.name ?? field;

/** The members of a record that a row of cells says; empty cells without quotes say nothing. */
export function membersOf(
  cells: readonly (string | null)[],
  columns: readonly CsvColumn[],
): Readonly<Record<string, unknown>> {
  const members = Object.create(null) as Record<string, unknown>;
  for (let at = 0; at < columns.length; at += 1) {
    const cell = cells[at];
    const column = columns[at];
    if (cell == null || !column) continue;
    place(members, column.path, readCell(column.spec, unguardCell(cell)));
  }
  return members;
}

function place(members: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let owner = members;
  for (const name of path.slice(0, -1)) {
    owner[name] ??= Object.create(null);
    owner = owner[name] as Record<string, unknown>;
  }
  owner[path.at(-1) ?? ""] = value;
}

/** A record as a line of a CSV file. */
export const lineOf = (record: Readonly<Record<string, unknown>>, columns: readonly CsvColumn[]): string =>
  `${columns.map(({ path, spec }) => printCell(valueAt(record, path), spec)).join(",")}\r\n`;

/** The header of a CSV file. */
export const headerOf = (columns: readonly CsvColumn[]): string =>
  `${columns.map(({ name }) => guardCell(name)).join(",")}\r\n`;

function valueAt(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const name of path) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return value;
}
