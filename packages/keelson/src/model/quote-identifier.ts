/** PostgreSQL cuts longer names silently, and two long names may then be one. */
export const maxIdentifierBytes = 63;

/**
 * A name as an SQL identifier. The only way a name comes into SQL text.
 *
 * @throws RangeError for names PostgreSQL cannot hold: empty, with NUL, or over 63 bytes
 */
export function quoteIdentifier(name: string): string {
  if (name === "") throw new RangeError("An SQL identifier cannot be empty.");
  if (name.includes("\0")) throw new RangeError("An SQL identifier cannot contain NUL.");
  if (Buffer.byteLength(name) > maxIdentifierBytes) {
    throw new RangeError(`The SQL identifier "${name}" is longer than ${maxIdentifierBytes} bytes.`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}
