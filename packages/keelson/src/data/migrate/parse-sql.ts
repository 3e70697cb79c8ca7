import { createRequire } from "node:module";
import type * as LibpgQuery from "libpg-query";
import type { Node, ScanToken } from "libpg-query";

export type { Node, ScanToken };

/** One statement as PostgreSQL's parser sees it; offsets are bytes of the UTF-8 text. */
export interface ParsedStatement {
  readonly node: Node;
  readonly start: number;
  /** Exclusive; the closing semicolon lies at or after it. */
  readonly end: number;
}

/** Why a text is not SQL; `character` counts characters (not bytes) from 0. */
export interface SqlSyntaxError {
  readonly message: string;
  readonly character: number;
}

export type SqlParse =
  | { readonly ok: true; readonly statements: readonly ParsedStatement[] }
  | { readonly ok: false; readonly error: SqlSyntaxError };

/** PostgreSQL's own grammar and scanner. Load once with {@link loadSqlParser}; then calls are synchronous. */
export interface SqlParser {
  parse(sql: string): SqlParse;
  /** Tokens with their byte offsets, comments included; empty where the text has no valid tokens. */
  scan(sql: string): readonly ScanToken[];
}

const require = createRequire(import.meta.url);
let loading: Promise<SqlParser> | undefined;

/** Loads the WebAssembly parser on first use (about 25 ms and 13 MB), and never before. */
export function loadSqlParser(): Promise<SqlParser> {
  loading ??= instantiate().then((library) => new WasmSqlParser(library));
  return loading;
}

/**
 * A stack overflow inside WebAssembly leaks part of its stack, and a few dozen of them corrupt every
 * later answer. The package shares one instance per load, so a damaged one is dropped with its module.
 */
async function instantiate(): Promise<typeof LibpgQuery> {
  delete require.cache[require.resolve("libpg-query")];
  const library = require("libpg-query") as typeof LibpgQuery;
  await library.loadModule();
  return library;
}

const tooDeep: SqlSyntaxError = {
  message: "the statement is nested too deeply or is too large to be parsed",
  character: 0,
};

class WasmSqlParser implements SqlParser {
  readonly #library: typeof LibpgQuery;

  constructor(library: typeof LibpgQuery) {
    this.#library = library;
  }

  parse(sql: string): SqlParse {
    if (sql === "") return { ok: true, statements: [] };
    try {
      const { stmts = [] } = this.#library.parseSync(sql);
      const length = Buffer.byteLength(sql);
      return {
        ok: true,
        statements: stmts.flatMap(({ stmt, stmt_location: start = 0, stmt_len }) =>
          // Location 0 and a length that reaches the end of the text are left out of the answer.
          stmt === undefined ? [] : [{ node: stmt, start, end: stmt_len ? start + stmt_len : length }],
        ),
      };
    } catch (error) {
      if (!(error instanceof this.#library.SqlError)) return this.#discard();
      const { message, sqlDetails } = error;
      return { ok: false, error: { message, character: sqlDetails?.cursorPosition ?? 0 } };
    }
  }

  scan(sql: string): readonly ScanToken[] {
    try {
      return this.#library.scanSync(sql).tokens;
    } catch {
      return [];
    }
  }

  #discard(): SqlParse {
    loading = undefined;
    return { ok: false, error: tooDeep };
  }
}
