import type { ApiDescription } from "./api-operation.ts";
import type { Chance } from "./chance.ts";
import type { Memory } from "./memory.ts";

/** What values are made from. */
export interface Making {
  readonly chance: Chance;
  readonly memory: Memory;
  readonly description: ApiDescription;
  /** Set when a value fits its schema, and the schema does not say everything. */
  approximate: boolean;
}
