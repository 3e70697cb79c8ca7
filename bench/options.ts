import { parseArgs } from "node:util";

/** What a run of the benchmark is asked to do. */
export interface Options {
  /** Substrings of scenario or extra names; empty means everything. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** Length of one slot: one contestant in one round. */
  readonly seconds: number;
  /** Keep-alive connections, each with one request in flight. */
  readonly connections: number;
  /** Use this PostgreSQL instead of starting the embedded one. Its database must be safe to fill. */
  readonly databaseUrl: string | undefined;
  /** Also drive PostgreSQL alone, for the limit that any service on top of it has. */
  readonly ceiling: boolean;
  /** Without it the hand-written service runs alone, on tables made by plain SQL. */
  readonly keelson: boolean;
}

export const usage = `npm run bench -- [options]

  --only NAMES         comma-separated parts of names: id, list, expand, create, customer, cache, boot, paging, types
  --rounds N           rounds per scenario, 5 by default; figures are medians of rounds
  --seconds N          length of one contestant's turn in a round, 4 by default
  --connections N      keep-alive connections, 16 by default
  --database-url URL   an existing PostgreSQL instead of the embedded one (or BENCH_DATABASE_URL)
  --no-ceiling         leave out PostgreSQL on its own
  --no-keelson         the hand-written service alone, on tables made by plain SQL
`;

/** Reads the command line; throws with a readable message on anything unknown. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      only: { type: "string" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "4" },
      connections: { type: "string", default: "16" },
      "database-url": { type: "string" },
      ceiling: { type: "boolean", default: true },
      keelson: { type: "boolean", default: true },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  return {
    only: values.only?.split(",").map((part) => part.trim()) ?? [],
    rounds: positive("rounds", values.rounds),
    seconds: positive("seconds", values.seconds),
    connections: positive("connections", values.connections),
    databaseUrl: values["database-url"] ?? env.BENCH_DATABASE_URL,
    ceiling: values.ceiling,
    keelson: values.keelson,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above zero, not "${text}"`);
  return value;
}
