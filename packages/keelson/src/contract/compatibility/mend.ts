import type { Place } from "./contract-change.ts";

/**
 * Which declaration keeps a change from callers of the version before. Names of resources follow from those of
 * schemas: `OrderLineCreate` belongs to `orderLine`, `PayOrderInput` to the command `payOrder`.
 */
const targetOf = ({ where }: Place): string | undefined => {
  const name = /^([A-Z][A-Za-z0-9]*?)(?:Create|Update|Input|Output|Page|Query)?$/.exec(where)?.[1];
  return name && `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
};

const memberOf = ({ at }: Place): string => at.replaceAll("[]", "");

/** For a member that is gone: it has another name now, or it was removed. */
export function mendRemoved(place: Place, successors: readonly string[]): string | undefined {
  const target = targetOf(place);
  if (target === undefined) return undefined;
  const name = memberOf(place);
  const [only] = successors;
  const parent = name.split(".").slice(0, -1);
  if (only !== undefined && successors.length === 1)
    return `renamed(${target}, "${name}", "${[...parent, only].join(".")}")`;
  return `removed(${target}, "${name}", { was: …, value: … })`;
}

/** For a member that must be given. */
export function mendAdded(place: Place): string | undefined {
  const target = targetOf(place);
  return target && `addedRequired(${target}, "${memberOf(place)}", { value: … })`;
}

/** For the words of a choice. */
export function mendChoices(
  place: Place,
  was: readonly unknown[],
  now: readonly unknown[],
): string | undefined {
  const target = targetOf(place);
  if (target === undefined || place.at === "" || !was.every((word) => typeof word === "string"))
    return undefined;
  const before: readonly unknown[] = was;
  const gone = before.filter((word) => !now.includes(word));
  const added = now.filter((word) => !before.includes(word));
  const words = (name: string, list: readonly unknown[]) =>
    list.length === 0 ? [] : [`${name}: { ${list.map((word) => `${String(word)}: "…"`).join(", ")} }`];
  const parts = [`was: ${JSON.stringify(was)}`, ...words("up", gone), ...words("down", added)];
  return `choicesChanged(${target}, "${memberOf(place)}", { ${parts.join(", ")} })`;
}
