import type { JsonSchema } from "../../declare/field-spec.ts";
import type { Chance } from "./chance.ts";

/** A number within a schema's bounds: often one of these, 0, or what computers find special. */
export function fittingNumber(chance: Chance, schema: JsonSchema, whole: boolean): number {
  const least = Number(schema["minimum"] ?? schema["exclusiveMinimum"] ?? -Number.MAX_SAFE_INTEGER);
  const most = Number(schema["maximum"] ?? schema["exclusiveMaximum"] ?? Number.MAX_SAFE_INTEGER);
  const candidates = [least, most, 0, 1, -1, 2, 10, 127, 255, 65_536, 2 ** 31 - 1, -(2 ** 31), 2 ** 53 - 1];
  if (!whole) candidates.push(0.1, -0.25, 1.5, Math.PI, 1e21, 1e-7, 5e-324, 1e300, -1e-300);
  const fitting = candidates.filter((value) => value >= least && value <= most);
  if (fitting.length > 0 && chance.of(0.5)) return chance.pick(fitting);
  const range = Math.min(most - least, 1_000);
  const value = least + (whole ? chance.below(Math.floor(range) + 1) : (range * chance.below(1_001)) / 1_000);
  return value >= least && value <= most ? value : least;
}
