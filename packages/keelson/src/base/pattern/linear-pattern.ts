import { err, ok, type Result } from "../result.ts";
import { PatternError, parsePattern } from "./parse-pattern.ts";
import { type Step, writeProgram } from "./pattern-program.ts";

/** A regular expression whose test takes time in proportion to the text, whatever the text. */
export interface LinearPattern {
  /** True when the pattern matches anywhere in the text. */
  test(text: string): boolean;
  /** The source; compilers of schemas tell patterns apart by it. */
  toString(): string;
}

/**
 * Compiles a pattern that declarations bring, or says why not: syntax as in ECMAScript's Unicode mode, without
 * look-around, back-references, `\b` and inner flags. It never backtracks: it walks through all ways at once
 * (Thompson 1968), and remembers the sets of steps it has been in (a deterministic automaton, built as needed).
 */
export function linearPattern(source: string): Result<LinearPattern, string> {
  try {
    return ok(newMatcher(source, writeProgram(parsePattern(source))));
  } catch (error) {
    if (error instanceof PatternError) return err(error.message);
    throw error;
  }
}

/** A set of steps the machine can be in between two characters. */
interface State {
  /** Character steps that wait for the next character, and `end` steps. */
  readonly waiting: readonly number[];
  /** The pattern has matched, whatever follows. */
  readonly matched: boolean;
  /** Where each character leads. */
  readonly next: Map<number, State>;
  matchesAtEnd?: boolean;
}

/** Sets of steps to remember; when there are more, they are forgotten and found again. */
const maxStates = 500;
/** Transitions to remember per set: enough for ASCII and then some. */
const maxTransitions = 256;

function newMatcher(source: string, steps: readonly Step[]): LinearPattern {
  const entry = steps.length - 1;
  const states = new Map<string, State>();
  const initial = newState(steps, [entry], true);

  const advance = (state: State, codePoint: number): State => {
    const reached = state.waiting.flatMap((position) => {
      const step = steps[position];
      return step?.op === "character" && step.test(codePoint) ? [step.next] : [];
    });
    // A match may begin at any character.
    const found = newState(steps, [...reached, entry], false);
    const key = `${found.matched}${found.waiting.join()}`;
    const known = states.get(key);
    if (known) return known;
    if (states.size >= maxStates) states.clear();
    states.set(key, found);
    return found;
  };

  return {
    toString: () => source,
    test(text) {
      let state = initial;
      for (const character of text) {
        if (state.matched) return true;
        const codePoint = character.codePointAt(0) ?? 0;
        let next = state.next.get(codePoint);
        if (!next) {
          next = advance(state, codePoint);
          if (state.next.size < maxTransitions) state.next.set(codePoint, next);
        }
        state = next;
      }
      state.matchesAtEnd ??= state.matched || closure(steps, state.waiting, state === initial, true).matched;
      return state.matchesAtEnd;
    },
  };
}

function newState(steps: readonly Step[], from: readonly number[], atStart: boolean): State {
  return { ...closure(steps, from, atStart, false), next: new Map() };
}

/** Follows all steps that take no character. */
function closure(
  steps: readonly Step[],
  from: readonly number[],
  atStart: boolean,
  atEnd: boolean,
): Pick<State, "waiting" | "matched"> {
  const seen = new Set<number>();
  const open = [...from];
  const waiting: number[] = [];
  let matched = false;
  for (let position = open.pop(); position !== undefined; position = open.pop()) {
    if (seen.has(position)) continue;
    seen.add(position);
    const step = steps[position];
    if (step?.op === "match") matched = true;
    else if (step?.op === "fork") open.push(step.next, step.other);
    else if (step?.op === "character") waiting.push(position);
    else if (step?.op === "start" && atStart) open.push(step.next);
    else if (step?.op === "end") {
      waiting.push(position);
      if (atEnd) open.push(step.next);
    }
  }
  return { waiting: waiting.sort((a, b) => a - b), matched };
}
