import { closest, distance } from "fastest-levenshtein";

/** The candidate a mistyped name most likely meant, or undefined when none is near. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || name.length > 100) return undefined;
  const folded = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const best = closest(name.toLowerCase(), [...folded.keys()]);
  const allowed = Math.max(2, Math.floor(name.length / 3));
  return distance(name.toLowerCase(), best) <= allowed ? folded.get(best) : undefined;
}

/** ` Did you mean "x"?` or the empty string, ready to append to a message. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const best = nearest(name, candidates);
  return best === undefined ? "" : ` Did you mean "${best}"?`;
}
