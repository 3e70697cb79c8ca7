import { createHash } from "node:crypto";
import { maxIdentifierBytes } from "./quote-identifier.ts";

/**
 * The name of something nobody names by hand, such as a constraint: its parts joined by `_`. Where that is
 * too long for PostgreSQL it is cut, and a hash of the whole keeps it distinct; the last part always stays.
 */
export function derivedName(...parts: readonly [string, ...string[]]): string {
  const whole = parts.join("_");
  if (Buffer.byteLength(whole) <= maxIdentifierBytes) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
  const tail = `_${hash}_${parts.at(-1)}`;
  const room = maxIdentifierBytes - Buffer.byteLength(tail);
  // Names are checked to be ASCII, so that cutting bytes cuts no character.
  return Buffer.from(whole).subarray(0, room).toString("latin1") + tail;
}
