/** How the constraints or indexes of a table differ before and after. */
export interface Matches<T> {
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  readonly replaced: readonly { readonly from: T; readonly to: T }[];
  readonly dropped: readonly T[];
  readonly added: readonly T[];
}

/**
 * Pairs things whose names follow from their contents: the same contents under another name is a rename, the
 * same name with other contents a replacement.
 */
export function matchObjects<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  contents: (item: T) => string,
): Matches<T> {
  const left = [...before];
  const take = (test: (item: T) => boolean): T | undefined => {
    const at = left.findIndex(test);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const changed = after.filter(
    (item) => !take((other) => other.name === item.name && contents(other) === contents(item)),
  );
  const renamed: { from: string; to: string }[] = [];
  const unpaired = changed.filter((item) => {
    const same = take((other) => contents(other) === contents(item));
    if (same) renamed.push({ from: same.name, to: item.name });
    return !same;
  });
  const replaced: { from: T; to: T }[] = [];
  const added = unpaired.filter((item) => {
    const old = take((other) => other.name === item.name);
    if (old) replaced.push({ from: old, to: item });
    return !old;
  });
  return { renamed, replaced, dropped: left, added };
}
