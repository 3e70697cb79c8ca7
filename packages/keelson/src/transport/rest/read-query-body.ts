import { type Fault, failure } from "../../base/error.ts";
import { jsonPointer } from "../../base/json-pointer.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { ReadRequest } from "../../operation/read-request.ts";

type Take = (value: unknown) => { readonly value: unknown } | string;

const takeText: Take = (value) => (typeof value === "string" ? { value } : "must be a text.");

const takeNames: Take = (value) => (isNames(value) ? { value } : "must be a list of texts.");

const takeSort: Take = (value) => {
  if (typeof value === "string") return { value };
  if (!isNames(value)) return "must be a text, or a list of texts.";
  // No keys are no wish, as with the other lists.
  return { value: value.length === 0 ? undefined : value.join(",") };
};

const takeLimit: Take = (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 ? { value } : "must be a whole number.";

const members: ReadonlyMap<string, Take> = new Map<string, Take>([
  // What it says is checked against the model, in validation.
  ["filter", (value) => ({ value })],
  ["sort", takeSort],
  ["fields", takeNames],
  ["expand", takeNames],
  ["limit", takeLimit],
  ["cursor", takeText],
]);

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === "string");

/** Reads the body of QUERY: a closed object with the parts of a read request. */
export function readQueryBody(body: unknown): ReadRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw failure("validation_failed", {
      errors: [{ pointer: "#", code: "type", detail: "must be an object." }],
    });
  const read: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries(body)) {
    const taken = members.get(name)?.(value);
    if (taken === undefined) {
      const detail = `is not a member of a query.${didYouMean(name, [...members.keys()])}`;
      faults.push({ pointer: jsonPointer([name]), code: "unknown", detail });
    } else if (typeof taken === "string") {
      faults.push({ pointer: jsonPointer([name]), code: "type", detail: taken });
    } else if (taken.value !== undefined) read[name] = taken.value;
  }
  if (faults.length > 0) throw failure("validation_failed", { errors: faults.slice(0, maxFaults) });
  return read as ReadRequest;
}

const maxFaults = 50;
