import type { Diagnostic } from "../../base/diagnostic.ts";

/** Collects what the checks find, in the order in which they look. */
export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  private blocking = false;

  error(code: string, where: string, what: string, instead: string): void {
    this.diagnostics.push({ code, severity: "error", where, what, instead });
  }

  warning(code: string, where: string, what: string, instead: string): void {
    this.diagnostics.push({ code, severity: "warning", where, what, instead });
  }

  /** An error after which the declarations cannot be linked, so that later checks would only add noise. */
  blocker(code: string, where: string, what: string, instead: string): void {
    this.blocking = true;
    this.error(code, where, what, instead);
  }

  get linkable(): boolean {
    return !this.blocking;
  }
}

/** A value as a message shows it: as JSON, cut where it is long. */
export function shown(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "function") return "a function";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(cut(value));
  return cut(JSON.stringify(value) ?? String(value));
}

const cut = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** `"a", "b" or "c"`. */
export function listed(names: readonly string[], word: "or" | "and" = "or"): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} ${word} ${last}`;
}
