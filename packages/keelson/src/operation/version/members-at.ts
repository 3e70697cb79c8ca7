/** A JSON object that a transform may change: it was made by parsing, or copied. */
export type Members = Record<string, unknown>;

export const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Calls for every object at a path, through the items of lists. What is not there is passed over. */
export function forEachAt(
  value: unknown,
  parent: readonly string[],
  visit: (members: Members, inList: boolean) => void,
  inList = false,
): void {
  if (Array.isArray(value)) {
    for (const item of value) forEachAt(item, parent, visit, true);
    return;
  }
  if (!isMembers(value)) return;
  const [name, ...rest] = parent;
  if (name === undefined) visit(value, inList);
  else if (Object.hasOwn(value, name)) forEachAt(value[name], rest, visit, inList);
}

/** Gives a member another name at its own place, so that the order of members stays. */
export function renameMember(members: Members, from: string, to: string): void {
  if (!Object.hasOwn(members, from)) return;
  replaceMember(members, [from], { [to]: members[from] });
}

/** Puts members at the place of the first of others, which go. */
export function replaceMember(members: Members, names: readonly string[], by: Members): void {
  const entries = Object.entries(members);
  for (const [name] of entries) delete members[name];
  let placed = false;
  for (const [name, value] of entries) {
    if (!names.includes(name)) members[name] = value;
    else if (!placed) {
      Object.assign(members, by);
      placed = true;
    }
  }
}
