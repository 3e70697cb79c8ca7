import { isUuid } from "../base/id.ts";
import { isInt64 } from "../base/number-text.ts";

/** What a text that a caller brings is compared with: texts, UUIDs, or ids that are whole numbers. */
export type CallerCast = "text" | "uuid" | "bigint";

/**
 * What the caller brings (its id, a claim) as a comparison may use it: only text that PostgreSQL can hold, and
 * next to a UUID only a UUID, next to a whole number only one. Everything else counts as missing, so that no token can make a rule fail or hold.
 */
export function callerText(value: unknown, as: CallerCast): string | null {
  if (typeof value !== "string" || value.includes("\0") || !value.isWellFormed()) return null;
  if (as === "bigint") return isInt64(value) ? value : null;
  return as === "text" || isUuid(value) ? value : null;
}

/** The same for a claim that lists texts; items that do not count are left out. */
export const callerTexts = (value: unknown, as: CallerCast): readonly string[] =>
  Array.isArray(value) ? value.map((item) => callerText(item, as)).filter((item) => item !== null) : [];
