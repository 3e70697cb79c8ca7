import { derivedName } from "../../model/derived-name.ts";

export interface Rename {
  readonly from: string;
  readonly to: string;
}

/**
 * Puts renames into an order in which every new name is free when it is taken. Names that trade places go
 * through one that nobody has.
 */
export function sequenceRenames(renames: readonly Rename[]): readonly Rename[] {
  const waiting = new Map(renames.filter(({ from, to }) => from !== to).map(({ from, to }) => [from, to]));
  const steps: Rename[] = [];
  while (waiting.size > 0) {
    const free = [...waiting].find(([, to]) => !waiting.has(to));
    const [from, to] = free ?? [...waiting][0] ?? ["", ""];
    waiting.delete(from);
    if (free) {
      steps.push({ from, to });
    } else {
      const aside = derivedName(from, "aside");
      steps.push({ from, to: aside });
      waiting.set(aside, to);
    }
  }
  return steps;
}
