/** A part of a content: from byte `from` to before byte `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const pattern = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * The one range that a `Range` field asks for (RFC 9110 section 14.2). Undefined where it is to be passed over: another
 * unit, several ranges, nonsense. `unsatisfiable` where it lies beyond the end.
 */
export function byteRange(
  header: string | undefined,
  length: number,
): ByteRange | "unsatisfiable" | undefined {
  const match = header === undefined ? null : pattern.exec(header.trim());
  if (!match) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const size = Math.min(Number(last), length);
    return size === 0 ? "unsatisfiable" : { from: length - size, to: length };
  }
  const from = Number(first);
  if (last !== "" && Number(last) < from) return undefined;
  if (from >= length) return "unsatisfiable";
  return { from, to: last === "" ? length : Math.min(Number(last) + 1, length) };
}
