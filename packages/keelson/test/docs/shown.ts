import { expect } from "vitest";

/**
 * Holds a block of what is to be seen against what was printed. White space may differ, and `…` may be anything. Text
 * may be part of what was printed; JSON is all of it.
 */
export function expectShown(block: string, language: string, printed: string, place: string): void {
  if (language === "json") expect(JSON.parse(printed), place).toEqual(matching(JSON.parse(block)));
  else expect(printed, place).toMatch(patternOf(block));
}

/** What matches the text of a block. */
export function patternOf(text: string): RegExp {
  const parts = text
    .trim()
    .split(/(\s+|…)/)
    .map((part) => {
      if (part === "…") return "[\\s\\S]*?";
      return /^\s+$/.test(part) ? "\\s*" : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    });
  return new RegExp(parts.join(""));
}

/** The value, with matchers in place of texts that are cut. */
function matching(value: unknown): unknown {
  if (typeof value === "string") return value.includes("…") ? expect.stringMatching(patternOf(value)) : value;
  if (Array.isArray(value)) return value.map(matching);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, matching(member)]));
}
