import type { Path } from "./locate-input.ts";

/** A place in a value that cannot be stored or would not come back as it was sent. */
export interface Hazard {
  readonly path: Path;
  readonly code: "nul" | "surrogate" | "depth" | "reserved";
  readonly detail: string;
}

/** How deeply values may nest; more is refused before anything walks them recursively. */
const maxDepth = 64;
const maxHazards = 50;

const reserved = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Finds what no schema should have to think of: NUL, which PostgreSQL cannot store; lone surrogates, which
 * UTF-8 cannot say; keys that are dangerous in JavaScript; and bottomless nesting. Linear in the value.
 */
export function findHazards(value: unknown): readonly Hazard[] {
  const found: Hazard[] = [];
  walk(value, [], found);
  return found;
}

function walk(value: unknown, path: (string | number)[], found: Hazard[]): void {
  if (typeof value === "string") {
    checkText(value, path, found);
    return;
  }
  if (typeof value !== "object" || value === null || found.length >= maxHazards) return;
  if (path.length >= maxDepth) {
    report(found, path, "depth", `must not nest deeper than ${maxDepth} levels.`);
    return;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      path.push(index);
      walk(value[index], path, found);
      path.pop();
    }
    return;
  }
  for (const key of Object.keys(value)) {
    path.push(key);
    if (reserved.has(key)) report(found, path, "reserved", `"${key}" is a reserved name.`);
    else {
      checkText(key, path, found);
      walk((value as Readonly<Record<string, unknown>>)[key], path, found);
    }
    path.pop();
  }
}

function checkText(text: string, path: Path, found: Hazard[]): void {
  if (text.includes("\u0000")) report(found, path, "nul", "must not contain the NUL character.");
  if (!text.isWellFormed()) report(found, path, "surrogate", "must not contain half of a surrogate pair.");
}

function report(found: Hazard[], path: Path, code: Hazard["code"], detail: string): void {
  if (found.length < maxHazards) found.push({ path: [...path], code, detail });
}
