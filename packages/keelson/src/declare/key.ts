/**
 * Who makes the ids of a resource. `keelson` makes a UUIDv7 before the row is written; everything else is made by
 * the database at insert: the column's own default, an identity, or the sequence of a serial column.
 */
export type KeyMaker = "keelson" | "default" | "identity" | "serial";

/** A key of one column that callers never give. Made by {@link uuidKey}, {@link integerKey}, {@link bigintKey}. */
export interface GeneratedKey {
  readonly type: "uuid" | "smallint" | "integer" | "bigint";
  readonly by: KeyMaker;
  readonly column: string;
}

/** A UUID: of version 7 and made by Keelson, or whatever the column's default gives. */
export const uuidKey = (
  options: { readonly by?: "keelson" | "database"; readonly column?: string } = {},
): GeneratedKey => key("uuid", options.by === "database" ? "default" : "keelson", options.column);

/** How the database counts: `identity` as the SQL standard has it, `serial` by a sequence of its own. */
export interface CountedKeyOptions {
  /** @defaultValue "identity" */
  readonly by?: "identity" | "serial";
  /** @defaultValue "id" */
  readonly column?: string;
}

/** A 32-bit number that the database counts. In the API it is a text, as all ids are: `"42"`. */
export const integerKey = (
  options: CountedKeyOptions & { readonly type?: "smallint" | "integer" } = {},
): GeneratedKey => key(options.type ?? "integer", options.by ?? "identity", options.column);

/** A 64-bit number that the database counts. In the API it is a text, as all ids are: `"42"`. */
export const bigintKey = (options: CountedKeyOptions = {}): GeneratedKey =>
  key("bigint", options.by ?? "identity", options.column);

const key = (type: GeneratedKey["type"], by: KeyMaker, column = "id"): GeneratedKey =>
  Object.freeze({ type, by, column });
