import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DiagnosticError } from "../../base/diagnostic.ts";
import type { AppModel } from "../../model/app-model.ts";
import { loadModel } from "../../model/load-model.ts";
import { recordApplied } from "../migrate/apply-file.ts";
import { type Connection, inTransaction } from "../migrate/connect.ts";
import { type Drift, findDrift } from "../migrate/drift.ts";
import { migrationFileName, parseMigrationFile, printMigrationFile } from "../migrate/migration-file.ts";
import { snapshotFileName } from "../migrate/migration-folder.ts";
import { readHistory, writeSnapshot } from "../migrate/migration-history.ts";
import { migrationIdAt } from "../migrate/migration-name.ts";
import { printSnapshot } from "../migrate/schema-snapshot.ts";
import { snapshotOf } from "../migrate/snapshot-of.ts";
import { ensureSystemSchema } from "../migrate/system-schema.ts";
import type { Adoption } from "./adoption.ts";
import { buildBackend } from "./build-backend.ts";
import { planAdoption } from "./plan-adoption.ts";
import { printBaseline } from "./print-baseline.ts";
import { printReport } from "./print-report.ts";
import { printBackend, printResource, resourceFile } from "./print-resource.ts";
import { findSchemas, readCatalogue } from "./read-catalogue.ts";

export interface AdoptOptions {
  /** The connection's own alone where it is missing. */
  readonly schemas?: readonly string[];
  /** Name of the back end. */
  readonly name: string;
  readonly now: Date;
}

/** What there is to write, and what was found on the way. */
export interface Adopted {
  readonly adoption: Adoption;
  readonly model: AppModel;
  /** Paths and texts, in the order of writing. */
  readonly files: ReadonlyMap<string, string>;
  /** Where the database is not what the declarations say; a fault of theirs. */
  readonly drift: readonly Drift[];
}

/**
 * Reads a database and says what it is as declarations, with a baseline migration and a report. Writes nothing.
 *
 * @throws DiagnosticError for schemas that are not there, and a database without tables
 */
export async function adoptDatabase(connection: Connection, options: AdoptOptions): Promise<Adopted> {
  const schemas = await chooseSchemas(connection, options.schemas);
  const catalogue = await readCatalogue(connection, schemas);
  const adoption = planAdoption(catalogue);
  if (adoption.resources.length === 0) throw nothingThere(schemas);
  const { model } = loadModel(buildBackend(adoption, options.name));
  const snapshot = snapshotOf(model);
  const drift = await findDrift(connection, snapshot);
  const { rows } = await connection.query<{ name: string }>("select current_database() as name");
  const draft = {
    id: migrationIdAt(options.now),
    name: "baseline",
    phase: "expand",
    transaction: true,
    body: printBaseline(catalogue)
      .map((statement) => `${statement};\n`)
      .join("\n"),
  } as const;
  const files = new Map([
    ["backend.ts", printBackend(adoption, options.name)],
    ...adoption.resources.map((one) => [resourceFile(one.name), printResource(one)] as const),
    [`migrations/${migrationFileName(draft)}`, printMigrationFile(draft)],
    [`migrations/${snapshotFileName}`, printSnapshot(snapshot)],
    ["ADOPTED.md", printReport(adoption, `the database "${rows[0]?.name}"`)],
  ]);
  return { adoption, model, files, drift };
}

async function chooseSchemas(
  connection: Connection,
  given: readonly string[] | undefined,
): Promise<readonly string[]> {
  const known = await findSchemas(connection);
  const { rows } = await connection.query<{ schema: string | null }>("select current_schema() as schema");
  const wanted = given ?? [rows[0]?.schema ?? "public"];
  const missing = wanted.filter((schema) => !known.includes(schema) || schema.includes("."));
  if (missing.length === 0) return [...new Set(wanted)];
  throw new DiagnosticError([
    {
      code: "schema-missing",
      severity: "error",
      where: "--schema",
      what: `There is no schema ${missing.map((schema) => `"${schema}"`).join(", ")} to adopt.`,
      instead: `Name some of ${known.map((schema) => `"${schema}"`).join(", ")}.`,
    },
  ]);
}

const nothingThere = (schemas: readonly string[]): DiagnosticError =>
  new DiagnosticError([
    {
      code: "nothing-to-adopt",
      severity: "error",
      where: "keelson adopt",
      what: `There is no table with a key in ${schemas.map((schema) => `"${schema}"`).join(", ")}.`,
      instead: "Name the schema with --schema; or begin a new project with `npm create keelson`.",
    },
  ]);

/**
 * Writes the files into a folder. What is there already is only replaced with `force`.
 *
 * @throws DiagnosticError that names what is in the way
 */
export async function writeAdopted(dir: string, files: Adopted["files"], force: boolean): Promise<void> {
  const there: string[] = [];
  for (const path of [...files.keys(), "migrations"]) if (await exists(join(dir, path))) there.push(path);
  if (there.length > 0 && !force)
    throw outFault(
      dir,
      `It holds ${there.slice(0, 3).join(", ")}${there.length > 3 ? " and more" : ""} already.`,
      "Name another folder with --out, or replace what is there with --force.",
    );
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
  } catch (error) {
    throw outFault(
      dir,
      `It cannot be written (${(error as { code?: string }).code ?? String(error)}).`,
      "Name a folder of yours with --out.",
    );
  }
}

/** When the baseline that is in a folder was made: one that is written again keeps its place in the history. */
export async function baselineMadeAt(dir: string): Promise<Date | undefined> {
  const names = await readdir(join(dir, "migrations")).catch(() => []);
  const id = names.flatMap((name) => /^(\d{14})_baseline\.sql$/.exec(name)?.[1] ?? [])[0];
  return id === undefined
    ? undefined
    : new Date(id.replace(/^(.{4})(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6.000Z"));
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const outFault = (dir: string, what: string, instead: string): DiagnosticError =>
  new DiagnosticError([{ code: "wrong-option", severity: "error", where: `--out ${dir}`, what, instead }]);

/**
 * Records the baseline as applied in the adopted database, so that migrations go on from it. False where Keelson has
 * been there before: its history is left alone.
 */
export async function recordBaseline(connection: Connection, { files, model }: Adopted): Promise<boolean> {
  const [path = "", text = ""] = [...files].find(([name]) => name.endsWith(".sql")) ?? [];
  const { file } = parseMigrationFile(path, text);
  if (!file) throw new Error("the baseline that was printed cannot be read");
  await ensureSystemSchema(connection);
  const history = await readHistory(connection);
  if (history.applied.length > 0 || history.snapshot !== undefined) return false;
  await inTransaction(connection, async () => {
    await recordApplied(connection, file, 0);
    await writeSnapshot(connection, "migrations", snapshotOf(model));
  });
  return true;
}
