import type { FilterNode } from "./selection.ts";

/** A filter with its values as one line of text: equal texts mean equal filters. */
export const filterText = (filter: FilterNode): string => JSON.stringify(plain(filter));

function plain(filter: FilterNode): unknown {
  switch (filter.op) {
    case "and":
    case "or":
      return [filter.op, ...filter.args.map(plain)];
    case "not":
      return ["not", plain(filter.arg)];
    case "in":
    case "nin":
      return [filter.path.text, filter.op, filter.values];
    default:
      return [filter.path.text, filter.op, filter.value];
  }
}
