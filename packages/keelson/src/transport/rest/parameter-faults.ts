import { type Fault, failure } from "../../base/error.ts";
import { didYouMean } from "../../base/nearest.ts";

/** A parameter that an operation does not take, with the one that was probably meant. */
export const unknownParameter = (name: string, known: readonly string[]): Fault => ({
  parameter: name,
  code: "unknown",
  detail: `is not a parameter here.${didYouMean(name, known)}`,
});

export const duplicateParameter = (name: string): Fault => ({
  parameter: name,
  code: "duplicate",
  detail: "must be given only once.",
});

/** Refuses a request for its query parameters, if anything is wrong with them. */
export function throwFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw failure("invalid_parameter", { errors: faults });
}
