import { createHash } from "node:crypto";
import type { AppModel } from "./app-model.ts";

/**
 * Tells models apart: equal for processes that run the same declarations, different as soon as a field, a rule or a
 * handler's own text differs.
 */
export function fingerprintOf({ name, resources, operations }: AppModel): string {
  const text = JSON.stringify([name, [...resources], [...operations]], (_key, value: unknown) => {
    if (typeof value === "function" || typeof value === "bigint" || value instanceof RegExp)
      return String(value);
    if (value instanceof Map || value instanceof Set) return [...value];
    return value;
  });
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
