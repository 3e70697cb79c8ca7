import type { FuncCall, Node } from "libpg-query";
import { strings } from "./sql-name.ts";
import { walkTree } from "./walk-tree.ts";

/** Functions that give every row a value of its own, so that a default made of one rewrites the table. */
export const volatileFunctions: readonly string[] = [
  "array_sample",
  "array_shuffle",
  "clock_timestamp",
  "currval",
  "gen_random_bytes",
  "gen_random_uuid",
  "lastval",
  "nextval",
  "random",
  "random_normal",
  "setval",
  "timeofday",
  "uuid_generate_v1",
  "uuid_generate_v1mc",
  "uuid_generate_v4",
  "uuidv4",
  "uuidv7",
];

/** Built-in functions in use as defaults that are STABLE or IMMUTABLE in every form. */
export const steadyFunctions: readonly string[] = (
  "abs array_append array_cat array_fill array_prepend cbrt ceil ceiling chr concat concat_ws current_database " +
  "current_schema current_setting date_part date_trunc decode encode exp extract floor format gen_salt host " +
  "inet_client_addr int4range int8range json_build_array json_build_object json_object jsonb_build_array " +
  "jsonb_build_object jsonb_object jsonb_set left length ln log lower lpad ltrim make_date make_interval make_time " +
  "make_timestamp make_timestamptz md5 mod now numrange nullif power quote_literal repeat replace reverse right " +
  "round rpad rtrim sha256 sha512 sign split_part sqrt statement_timestamp string_to_array substr substring " +
  "timezone to_char to_date to_json to_jsonb to_number to_timestamp to_tsvector transaction_timestamp translate " +
  "trim trunc tsrange tstzrange txid_current upper"
).split(" ");

const volatileNames: ReadonlySet<string> = new Set(volatileFunctions);
const steadyNames: ReadonlySet<string> = new Set(steadyFunctions);

/** How a default behaves when a column is added, and the function that makes it so. */
export type DefaultVolatility =
  | { readonly kind: "steady" }
  /** `unknown`: not built in, and functions are VOLATILE unless they say otherwise. */
  | { readonly kind: "volatile" | "unknown"; readonly function: string };

/** Whether a default is one value for all rows. CURRENT_TIMESTAMP and its kin, casts and operators are. */
export function defaultVolatility(expression: Node): DefaultVolatility {
  let unknown: string | undefined;
  for (const { type, fields } of walkTree(expression)) {
    if (type !== "FuncCall") continue;
    const name = strings((fields as FuncCall).funcname).at(-1) ?? "";
    if (volatileNames.has(name)) return { kind: "volatile", function: name };
    if (!steadyNames.has(name)) unknown ??= name;
  }
  return unknown === undefined ? { kind: "steady" } : { kind: "unknown", function: unknown };
}
