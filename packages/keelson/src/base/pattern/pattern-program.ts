import { PatternError, type PatternNode } from "./parse-pattern.ts";

/** One step of a program; `next` and `other` are positions of steps. */
export type Step =
  | { readonly op: "character"; readonly test: (codePoint: number) => boolean; next: number }
  | { readonly op: "fork"; next: number; other: number }
  | { readonly op: "start" | "end"; next: number }
  | { readonly op: "match" };

/** Repetitions are written out, so that a short pattern could make a long program. */
const maxSteps = 2_000;

/** Writes a tree as a program for a machine that is in many steps at once (Thompson's construction). */
export function writeProgram(tree: PatternNode): readonly Step[] {
  const steps: Step[] = [];
  const add = (step: Step): number => {
    if (steps.length >= maxSteps) throw new PatternError(`is too large: it repeats parts too often`);
    return steps.push(step) - 1;
  };
  // Written from the end to the beginning, so that every step knows what comes after it.
  const write = (node: PatternNode, next: number): number => {
    switch (node.kind) {
      case "character":
        return add({ op: "character", test: characterTest(node.source), next });
      case "start":
      case "end":
        return add({ op: node.kind, next });
      case "sequence":
        return node.parts.reduceRight((after, part) => write(part, after), next);
      case "alternatives":
        return node.options
          .map((option) => write(option, next))
          .reduceRight((other, option) => add({ op: "fork", next: option, other }));
      case "repeat":
        return writeRepeat(node, next);
    }
  };
  const writeRepeat = (node: Extract<PatternNode, { kind: "repeat" }>, next: number): number => {
    let entry = next;
    if (node.max === Number.POSITIVE_INFINITY) {
      const fork: Step = { op: "fork", next, other: next };
      entry = add(fork);
      fork.next = write(node.part, entry);
    } else {
      for (let count = node.min; count < node.max; count += 1) {
        entry = add({ op: "fork", next: write(node.part, entry), other: next });
      }
    }
    for (let count = 0; count < node.min; count += 1) entry = write(node.part, entry);
    return entry;
  };
  const first = write(tree, add({ op: "match" }));
  // The entry is the last step, wherever it leads.
  add({ op: "fork", next: first, other: first });
  return steps;
}

/** The engine decides about single characters, which takes it constant time. */
function characterTest(source: string): (codePoint: number) => boolean {
  const expression = new RegExp(`^${source}$`, "u");
  return (codePoint) => expression.test(String.fromCodePoint(codePoint));
}
