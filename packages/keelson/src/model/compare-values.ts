import type { Domain } from "./comparison-domain.ts";

/** A value as the API shows it: 64-bit and decimal numbers, dates and timestamps are texts. */
export type ScalarValue = string | number | boolean;

/** Compares two values of one domain as PostgreSQL would: negative, zero or positive. */
export function compareValues(domain: Domain, left: ScalarValue, right: ScalarValue): number {
  switch (domain) {
    case "integral":
    case "floating":
      return order(Number(left), Number(right));
    case "exact":
      return compareExact(String(left), String(right));
    case "timestamp":
      return order(microseconds(String(left)), microseconds(String(right)));
    default:
      // Dates have a fixed width; for the rest only equality matters.
      return order(left, right);
  }
}

function order<T extends ScalarValue | bigint>(left: T, right: T): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function compareExact(left: string, right: string): number {
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  const scale = Math.max(a.scale, b.scale);
  return order(raise(a, scale), raise(b, scale));
}

interface Decimal {
  readonly digits: bigint;
  /** How many of the digits stand after the point. */
  readonly scale: number;
}

const raise = (value: Decimal, scale: number): bigint => value.digits * 10n ** BigInt(scale - value.scale);

const decimalPattern = /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i;

/** @throws RangeError for text that is not a decimal number */
function parseDecimal(text: string): Decimal {
  const match = decimalPattern.exec(text);
  if (!match) throw new RangeError(`"${text}" is not a decimal number`);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

const timestampPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/i;

/**
 * Microseconds since the Unix epoch, which is the precision PostgreSQL keeps; `Date` alone would lose three digits.
 *
 * @throws RangeError for text that is not an RFC 3339 timestamp of at most six fractional digits
 */
function microseconds(text: string): bigint {
  const match = timestampPattern.exec(text);
  const seconds = match ? Date.parse(`${match[1]}${match[3]?.toUpperCase()}`) : Number.NaN;
  if (Number.isNaN(seconds)) throw new RangeError(`"${text}" is not an RFC 3339 timestamp`);
  return BigInt(seconds) * 1_000n + BigInt((match?.[2] ?? "").padEnd(6, "0"));
}
