import { createInterface } from "node:readline/promises";
import type { QueryArrayResult } from "pg";
import { type Connection, withConnection } from "../data/migrate/connect.ts";
import { exitCodes, formatTable, paint, print, say } from "./terminal.ts";

/**
 * A small SQL prompt for machines without psql: statements end with `;`, and backslash q leaves. What is piped into it
 * is run until the first error. Gives the exit code.
 */
export async function runSqlShell(url: string): Promise<number> {
  const interactive = process.stdin.isTTY === true;
  if (interactive)
    say(
      paint("dim", "psql is not installed, so this is a small prompt. Statements end with ; and \\q leaves."),
    );
  return withConnection(url, async (connection) => {
    for await (const text of interactive ? askStatements() : readStatements())
      if (!(await runStatements(connection, text)) && !interactive) return exitCodes.failed;
    return exitCodes.ok;
  });
}

async function* askStatements(): AsyncGenerator<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr, prompt: "sql> " });
  let text = "";
  prompt.prompt();
  try {
    for await (const line of prompt) {
      if (line.trim() === "\\q") return;
      text += `${line}\n`;
      if (endsStatement(line)) {
        yield text;
        text = "";
      }
      prompt.setPrompt(text === "" ? "sql> " : "...> ");
      prompt.prompt();
    }
  } finally {
    prompt.close();
  }
}

/** The end of the input ends the last statement too. */
async function* readStatements(): AsyncGenerator<string> {
  let text = "";
  for await (const line of createInterface({ input: process.stdin })) {
    text += `${line}\n`;
    if (!endsStatement(line)) continue;
    yield text;
    text = "";
  }
  if (text.trim() !== "") yield text;
}

const endsStatement = (line: string): boolean => line.trimEnd().endsWith(";");

/** False when PostgreSQL refused. */
async function runStatements(connection: Connection, text: string): Promise<boolean> {
  try {
    const result: unknown = await connection.query({ text, rowMode: "array" });
    for (const each of Array.isArray(result) ? result : [result]) show(each as QueryArrayResult);
    return true;
  } catch (error) {
    say(paint("red", error instanceof Error ? error.message : String(error)));
    return false;
  }
}

function show({ fields, rows, command, rowCount }: QueryArrayResult): void {
  const header = fields.map((field) => field.name);
  if (header.length > 0) print(formatTable([header, ...rows.map((row) => row.map(cellText))]));
  say(paint("dim", `${command} ${rowCount ?? ""}`));
}

function cellText(value: unknown): string {
  if (value === null) return "∅";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
