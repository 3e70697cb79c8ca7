import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { v7 } from "uuid";
import type { SeedContext, SeedFunction } from "../declare/backend.ts";
import type { AppModel, FieldModel, ResourceModel } from "../model/app-model.ts";
import { quoteIdentifier } from "../model/quote-identifier.ts";
import { quoteTable } from "../model/table-name.ts";
import type { Observe } from "../observe/observation.ts";
import type { Database } from "./database.ts";
import { columnValues } from "./plan/plan-write.ts";

export interface SeedOptions {
  readonly model: AppModel;
  readonly database: Database;
  readonly observe: Observe;
  readonly seed: SeedFunction;
  readonly scale: number;
  /** Ends the work before the next batch; then nothing has been written. */
  readonly signal?: AbortSignal;
}

/** How many rows were written, by resource name. */
export type Seeded = ReadonlyMap<string, number>;

/** Everything that seeded times are counted back from; fixed, so that the same seed gives the same rows. */
const epoch = new Date("2026-11-01T00:00:00.000Z");

/**
 * Fills empty tables with the back end's seed by COPY, in one transaction: all of it or nothing. Progress is
 * observed after each batch.
 */
export async function seedDatabase({
  model,
  database,
  observe,
  seed,
  scale,
  signal,
}: SeedOptions): Promise<Seeded> {
  const written = new Map<string, number>();
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await client.query("set local statement_timeout = 0");
    for await (const batch of seed(seedContext(scale))) {
      signal?.throwIfAborted();
      const resource = model.resources.get(batch.resource.name);
      if (!resource)
        throw new TypeError(
          `the seed names "${batch.resource.name}", which is not a resource of this back end`,
        );
      await copyRows(client, resource, batch.rows);
      const done = (written.get(resource.name) ?? 0) + batch.rows.length;
      written.set(resource.name, done);
      observe({
        type: "progress",
        task: `seed ${resource.plural}`,
        done,
        total: batch.total ?? null,
        unit: "rows",
      });
    }
    signal?.throwIfAborted();
    await client.query("commit");
    await client.query("analyze");
    return written;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** The same text for the same rows: tells whether a database that was seeded before is still what the seed makes. */
export async function seedFingerprint(seed: SeedFunction, scale: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const { resource, rows } of seed(seedContext(scale)))
    hash.update(JSON.stringify([resource.name, rows]));
  return hash.digest("hex");
}

/** True when no table of the model holds a row. */
export async function isEmpty(model: AppModel, database: Database): Promise<boolean> {
  const tables = [...model.resources.values()]
    .filter(({ view }) => !view)
    .map((resource) => `exists (select 1 from ${quoteTable(resource.table)})`);
  if (tables.length === 0) return true;
  const { rows } = await database.pool.query(`select ${tables.join(" or ")} as "filled"`);
  return (rows[0] as { filled: boolean }).filled === false;
}

async function copyRows(
  client: import("pg").PoolClient,
  resource: ResourceModel,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const fields = [...resource.fields.values()].filter(
    (field) => field.columns.length > 0 && rows.some((row) => row[field.name] !== undefined),
  );
  const columns = fields.flatMap((field) => field.columns.map((column) => quoteIdentifier(column.name)));
  const stream = client.query(
    copyFrom(`copy ${quoteTable(resource.table)} (${columns.join(", ")}) from stdin`),
  );
  await finished(Readable.from(linesOf(rows, fields)).pipe(stream));
  await passSequence(client, resource, fields);
}

/** Where the database counts and the seed has chosen numbers itself, counting goes on after them. */
async function passSequence(
  client: import("pg").PoolClient,
  { table, key }: ResourceModel,
  fields: readonly FieldModel[],
): Promise<void> {
  const [part] = key.parts;
  const counted = part?.made === "identity" || part?.made === "serial";
  if (!part || !counted || !fields.some(({ name }) => name === "id")) return;
  await client.query(
    `select setval(pg_get_serial_sequence($1, $2), (select max(${quoteIdentifier(part.column)}) from ${quoteTable(table)}))`,
    [quoteTable(table), part.column],
  );
}

/** COPY's text format in pieces of some tens of kilobytes: fewer, larger writes. */
function* linesOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  fields: readonly FieldModel[],
): Generator<string> {
  let piece = "";
  for (const row of rows) {
    piece += `${fields
      .flatMap((field) => columnValues(field, row[field.name] ?? defaultValue(field)))
      .map(copyText)
      .join("\t")}\n`;
    if (piece.length > 65_536) {
      yield piece;
      piece = "";
    }
  }
  if (piece !== "") yield piece;
}

const defaultValue = (field: FieldModel): unknown =>
  field.spec.default?.kind === "value" ? field.spec.default.value : null;

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function copyText(value: unknown): string {
  if (value === null || value === undefined) return "\\N";
  return String(value).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}

function seedContext(scale: number): SeedContext {
  const random = randomStream(20_261_101);
  const bytes = new Uint8Array(16);
  return {
    scale,
    random,
    epoch,
    id: (at) => {
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = Math.floor(random() * 256);
      return v7({ msecs: at.getTime(), random: bytes });
    },
  };
}

/** Mulberry32: small, fast and good enough for made-up data; the same numbers on every machine. */
function randomStream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
