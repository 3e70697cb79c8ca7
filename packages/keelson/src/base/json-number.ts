/** Longer number texts are refused: no double needs as many digits. */
const maxLength = 400;

const parts = /^-?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * The double that a JSON number text stands for, or undefined when printing it again would give another
 * number: integers beyond 2^53 that fall between two doubles, too many digits, overflow and underflow.
 *
 * @param text - a number in the grammar of RFC 8259
 */
export function exactNumber(text: string): number | undefined {
  if (text.length > maxLength) return undefined;
  const value = Number(text);
  if (value === 0) return significant(text) === "0" ? 0 : undefined;
  if (!Number.isFinite(value)) return undefined;
  return significant(text) === significant(String(value)) ? value : undefined;
}

/** Digits without zeros at either end and the power of ten of the last one, so that equal numbers have equal texts. */
function significant(text: string): string {
  const [, whole = "", fraction = "", exponent = "0"] = parts.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === zero) end -= 1;
  if (end === 0) return "0";
  return `${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}

const zero = 48;
