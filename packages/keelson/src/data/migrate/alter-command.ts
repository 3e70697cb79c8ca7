import type { SqlParser } from "./parse-sql.ts";
import type { MigrationStatement } from "./split-migration.ts";

/**
 * The byte at which the n-th command of an ALTER TABLE begins. The tree does not tell, so the commas
 * between commands are counted: those outside of all brackets.
 */
export function locateCommand(statement: MigrationStatement, command: number, parser: SqlParser): number {
  if (command === 0) return statement.start;
  let depth = 0;
  let commas = 0;
  for (const { text, start, tokenName } of parser.scan(statement.text)) {
    if (tokenName === "SQL_COMMENT" || tokenName === "C_COMMENT") continue;
    if (commas === command) return statement.start + start;
    if (text === "(" || text === "[") depth++;
    if (text === ")" || text === "]") depth--;
    if (text === "," && depth === 0) commas++;
  }
  return statement.start;
}
