import { Ajv } from "ajv";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { type SchemaSnapshot, snapshotFormat } from "./schema-snapshot.ts";

const text = { type: "string", minLength: 1 };
const texts = { type: "array", items: text, minItems: 1 };
const closed = (required: Record<string, object>, optional: Record<string, object> = {}) => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(required),
  properties: { ...required, ...optional },
});
const listOf = (items: object) => ({ type: "array", items });
const bound = { type: ["number", "string"] };

const column = closed(
  { name: text, type: text, nullable: { type: "boolean" }, field: text },
  {
    default: text,
    made: { enum: ["default", "always", "identity", "serial"] },
    enumValues: listOf({ type: "string" }),
    part: { enum: ["amount", "currency"] },
    renamedFrom: text,
  },
);
const check = closed({
  name: text,
  sql: text,
  columns: texts,
  allows: closed({}, { choices: listOf({ type: "string" }), min: bound, max: bound }),
});
const index = closed(
  {
    name: text,
    unique: { type: "boolean" },
    columns: listOf(closed({ column: text, descending: { type: "boolean" } })),
  },
  { where: text },
);
const actions = { enum: ["restrict", "cascade", "setNull", "noAction"] };
const foreignKey = closed(
  { name: text, column: text, target: text, onDelete: actions },
  { targetColumn: text, onUpdate: actions, deferrable: { enum: ["immediate", "deferred"] } },
);
const table = closed(
  {
    name: text,
    resource: text,
    columns: listOf(column),
    primaryKey: closed({ name: text, columns: texts }),
    checks: listOf(check),
    indexes: listOf(index),
    foreignKeys: listOf(foreignKey),
  },
  { relation: closed({ field: text, target: text }), renamedFrom: text, unmanaged: listOf(text) },
);

const isSnapshot = new Ajv({ allowUnionTypes: true }).compile<SchemaSnapshot>(
  closed({ format: { const: snapshotFormat }, tables: listOf(table) }),
);

/**
 * Reads a snapshot that was written earlier.
 *
 * @param where - the file or table it was read from, for the message
 * @throws DiagnosticError when it was damaged, or written by a newer version
 */
export function parseSnapshot(json: unknown, where: string): SchemaSnapshot {
  if (isSnapshot(json)) return json;
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > snapshotFormat) {
    throw refused(
      "snapshot-format",
      where,
      `It has format ${format}; this version of Keelson reads format ${snapshotFormat}.`,
      "Use the version of Keelson that wrote it, or a newer one.",
    );
  }
  const [fault] = isSnapshot.errors ?? [];
  throw refused(
    "snapshot-damaged",
    where,
    `It is not a schema snapshot: ${fault?.instancePath || "the top"} ${fault?.message ?? "is wrong"}.`,
    "Restore it as `keelson migrate create` wrote it; it is never edited by hand.",
  );
}

/** Reads the text of `snapshot.json`. */
export function parseSnapshotText(source: string, where: string): SchemaSnapshot {
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (error) {
    const conflict = /^<{7} /m.test(source);
    throw refused(
      "snapshot-damaged",
      where,
      conflict ? "It holds an unresolved merge conflict." : `It is not JSON: ${(error as Error).message}.`,
      "Take the snapshot of the branch you merge into, with its migrations; then delete your own branch's " +
        "migrations and run `keelson migrate create` again.",
    );
  }
  return parseSnapshot(json, where);
}

const refused = (code: string, where: string, what: string, instead: string): DiagnosticError =>
  new DiagnosticError([{ code, severity: "error", where, what, instead }]);
