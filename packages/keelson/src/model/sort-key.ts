import type { ResourceModel, SortKey } from "./app-model.ts";
import { resolveFieldPath } from "./field-path.ts";

/** How many keys a list can be sorted by; each is a column of the cursor. */
export const maxSortKeys = 5;

/** Reads `-createdAt,id` against the model: the keys, and for each bad part what is wrong with it. */
export function parseSort(
  resources: ReadonlyMap<string, Pick<ResourceModel, "name" | "fields">>,
  resource: Pick<ResourceModel, "name" | "fields">,
  text: string,
): { readonly keys: readonly SortKey[]; readonly faults: readonly string[] } {
  const keys: SortKey[] = [];
  const faults: string[] = [];
  for (const part of text.split(",")) {
    const descending = part.startsWith("-");
    const path = resolveFieldPath(resources, resource, descending ? part.slice(1) : part);
    if (!path.ok) faults.push(path.error);
    else if (keys.some((key) => key.path.text === path.value.text))
      faults.push(`"${path.value.text}" is there twice.`);
    else keys.push({ path: path.value, descending });
  }
  if (keys.length > maxSortKeys) faults.push(`at most ${maxSortKeys} sort keys are allowed.`);
  return { keys, faults };
}
