import { linearPattern } from "../../base/pattern/linear-pattern.ts";
import { type PatternNode, parsePattern } from "../../base/pattern/parse-pattern.ts";

interface TextBounds {
  readonly min?: number | string;
  readonly max?: number | string;
  readonly pattern?: string;
}

/** A text for the n-th record that fits the bounds; another one for every n, as far as there is room. */
export function madeText(
  name: string,
  { min = 0, max = 100, pattern }: TextBounds,
  n: number,
): string | undefined {
  const [least, most] = [Number(min), Number(max)];
  if (pattern !== undefined) return patternText(pattern, least, most, n);
  const suffix = n.toString(36);
  const text = `${name} ${n}`;
  if (text.length <= most) return text.padEnd(least, ".");
  return suffix.length <= most ? suffix.padStart(Math.min(name.length, most), name) : suffix.slice(-most);
}

/** More repetitions are tried until the text is long enough. */
const maxStretch = 64;

/** The n-th of the texts that a pattern generates within the bounds; undefined when none was found. */
function patternText(source: string, min: number, max: number, n: number): string | undefined {
  const whole = linearPattern(`^(?:${source})$`);
  if (!whole.ok) return undefined;
  const tree = parsePattern(source);
  const fits = (text: string): boolean =>
    [...text].length >= min && [...text].length <= max && whole.value.test(text);
  let found: string | undefined;
  for (const stretch of stretches(min)) {
    const odometer = newOdometer(n - 1);
    const text = write(tree, odometer, stretch);
    if (!fits(text)) continue;
    found ??= text;
    // With room for more variety there may be a text that no record before has had.
    if (odometer.rest() === 0) return text;
  }
  return found;
}

function* stretches(min: number): Generator<number> {
  for (let stretch = 0; stretch <= maxStretch; stretch += 1) yield stretch;
  if (min > maxStretch) yield min;
}

/** A number whose digits say which way to go at every choice, so that different numbers go different ways. */
interface Odometer {
  choose(ways: number): number;
  /** What no choice has used. */
  rest(): number;
}

function newOdometer(from: number): Odometer {
  let rest = from;
  return {
    choose: (ways) => {
      const way = rest % ways;
      rest = Math.floor(rest / ways);
      return way;
    },
    rest: () => rest,
  };
}

/** @param stretch - how many repetitions more than the fewest */
function write(node: PatternNode, odometer: Odometer, stretch: number): string {
  switch (node.kind) {
    case "sequence":
      return node.parts.map((part) => write(part, odometer, stretch)).join("");
    case "alternatives":
      return write(node.options[odometer.choose(node.options.length)] as PatternNode, odometer, stretch);
    case "repeat": {
      const count = Math.min(node.min + stretch, node.max);
      return Array.from({ length: count }, () => write(node.part, odometer, stretch)).join("");
    }
    case "character": {
      const members = membersOf(node.source);
      return members[odometer.choose(members.length)] ?? "";
    }
    default:
      return "";
  }
}

/** Letters and digits first: texts that people read. */
const candidates = [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  ...Array.from({ length: 94 }, (_, at) => String.fromCodePoint(33 + at)),
  " ",
  ..."äöüßéèñçøåλжあ漢",
];

const members = new Map<string, readonly string[]>();

/** Some characters that a class, an escape or a literal stands for. */
function membersOf(source: string): readonly string[] {
  let known = members.get(source);
  if (!known) {
    const expression = new RegExp(`^${source}$`, "u");
    const unescaped = source.replace(/^\\(?=[^\w])/u, "");
    known = [...new Set([...candidates, unescaped].filter((each) => expression.test(each)))];
    members.set(source, known);
  }
  return known;
}
