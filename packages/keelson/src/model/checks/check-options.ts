import { didYouMean } from "../../base/nearest.ts";
import { type Findings, listed } from "./findings.ts";

/** Tells of options that there are not: a misspelt one would silently have no effect. */
export function checkOptions(
  findings: Findings,
  where: string,
  given: object | undefined,
  known: readonly string[],
): void {
  for (const name of Object.keys(given ?? {}))
    if (!known.includes(name))
      findings.error(
        "unknown-option",
        where,
        `There is no option "${name}".${didYouMean(name, known)}`,
        `Use ${listed(known)}.`,
      );
}
