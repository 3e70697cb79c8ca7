/** One element of `Accept` or `Accept-Encoding`: what is accepted and how much it is wanted. */
export interface Preference {
  /** Lower-case, without parameters. */
  readonly value: string;
  /** 0 (not acceptable) to 1. */
  readonly quality: number;
}

const weight = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** Parses a list with q values (RFC 9110 section 12.4.2). An element with a malformed weight counts as refused. */
export function parseQualityList(header: string): readonly Preference[] {
  const preferences: Preference[] = [];
  for (const element of header.split(",")) {
    const [value = "", ...parameters] = element.split(";");
    const trimmed = value.trim().toLowerCase();
    if (trimmed !== "") preferences.push({ value: trimmed, quality: qualityOf(parameters) });
  }
  return preferences;
}

function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const trimmed = parameter.trim();
    if (!/^q\s*=/i.test(trimmed)) continue;
    const text = trimmed.slice(trimmed.indexOf("=") + 1).trim();
    return weight.test(text) ? Number(text) : 0;
  }
  return 1;
}
