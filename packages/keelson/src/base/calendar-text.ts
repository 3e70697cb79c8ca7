const datePattern = /^(\d{4})-(\d\d)-(\d\d)$/;
const timestampPattern =
  /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** True for a calendar date that exists, years 0001 to 9999. */
export function isDate(text: string): boolean {
  const match = datePattern.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/**
 * An RFC 3339 timestamp as PostgreSQL prints it in UTC: no trailing zeros in the fraction, `Z`. Undefined for
 * what is none, for leap seconds, for more than microseconds (which would be rounded), and for moments
 * outside the years 0001 to 9999.
 */
export function canonicalTimestamp(text: string): string | undefined {
  const match = timestampPattern.exec(text);
  const [, day = "", hour, minute, second, fraction = "", sign, offsetHour, offsetMinute] = match ?? [];
  if (!isDate(day)) return undefined;
  const offsetMinutes = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * (sign === "-" ? -1 : 1);
  const moment = new Date(Date.parse(`${day}T${hour}:${minute}:${second}Z`) - offsetMinutes * 60_000);
  const year = moment.getUTCFullYear();
  if (year < 1 || year > 9999) return undefined;
  const rest = fraction.replace(/0+$/, "");
  return `${moment.toISOString().slice(0, 19)}${rest === "" ? "" : `.${rest}`}Z`;
}
