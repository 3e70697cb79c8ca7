const integerPattern = /^(?:0|-?[1-9]\d{0,18})$/;
const decimalPattern = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;
const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;

/** Longest decimal accepted where the field declares no precision. */
export const maxDecimalLength = 1_000;

/** True for a 64-bit integer in the only form in which it is printed: no plus sign, no leading zeros. */
export function isInt64(text: string): boolean {
  if (!integerPattern.test(text)) return false;
  if (text.length < 19) return true;
  const value = BigInt(text);
  return value >= least && value <= greatest;
}

/** True for plain decimal notation: no exponent, no plus sign, no leading zeros, no negative zero. */
export function isDecimal(text: string): boolean {
  if (text.length > maxDecimalLength) return false;
  const match = decimalPattern.exec(text);
  if (!match) return false;
  return match[1] === "" || /[1-9]/.test(text);
}

/** Whether a decimal has at most `scale` digits after the point and `precision` in all, so that storing it loses none. */
export function fitsDecimal(text: string, precision: number, scale: number): boolean {
  const [, , whole = "", fraction = ""] = decimalPattern.exec(text) ?? [];
  return fraction.length <= scale && (whole === "0" ? 0 : whole.length) <= precision - scale;
}
