import { jsonPointer } from "../base/json-pointer.ts";
import type { ReadOrigin } from "./read-request.ts";

/**
 * Reads worded as a query string: `?limit=5&total.amount[gte]=100`. Filter places come as they are written in
 * the query.
 */
export const queryOrigin: ReadOrigin = {
  textual: true,
  locate: (part, path) => ({ parameter: part === "filter" ? (path ?? "filter") : part }),
};

/**
 * Reads worded as a JSON body: `{ "filter": … }`. Filter places come as member names, each after a `/` and
 * escaped as in JSON Pointers.
 */
export const bodyOrigin: ReadOrigin = {
  textual: false,
  locate: (part, path) => {
    const inFilter = part === "filter" && path !== undefined ? path.split("/").slice(1) : [];
    const segments = inFilter.map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
    return { pointer: jsonPointer([part, ...segments]) };
  },
};
