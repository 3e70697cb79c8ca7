const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time as declarations word it: a whole number and a unit, e.g. `500ms`, `30s`, `5m`, `1h`, `7d`. */
export type Duration = `${number}${keyof typeof unitMs}`;

/** Milliseconds of a duration; undefined where the text is none. */
export function durationMs(text: unknown): number | undefined {
  const [, digits, unit] = (typeof text === "string" && /^([1-9]\d{0,8})(ms|[smhd])$/.exec(text)) || [];
  return unit === undefined ? undefined : Number(digits) * unitMs[unit as keyof typeof unitMs];
}
