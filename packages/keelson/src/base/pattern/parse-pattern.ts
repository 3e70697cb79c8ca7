/** A regular expression as a tree. Groups leave no trace: nothing asks what they captured. */
export type PatternNode =
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "alternatives"; readonly options: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly min: number; readonly max: number }
  /** One code point, as the source of a character class, an escape or a literal. */
  | { readonly kind: "character"; readonly source: string }
  | { readonly kind: "start" }
  | { readonly kind: "end" };

/** Says why a pattern is refused, in words for the developer who wrote it. */
export class PatternError extends Error {}

/**
 * Parses the regular part of ECMAScript's Unicode-mode syntax (ECMA-262 §22.2.1). What is not regular, and so
 * cannot be matched in linear time, is refused.
 *
 * @throws PatternError
 */
export function parsePattern(source: string): PatternNode {
  try {
    new RegExp(source, "u");
  } catch (error) {
    throw new PatternError(`is not a regular expression: ${reasonOf(error)}`);
  }
  const reader = new Reader(source);
  return readAlternatives(reader);
}

/** The engine repeats the whole pattern before it says what is wrong. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("/u: ").at(-1) ?? error.message) : String(error);

/** Reads from left to right. The engine has accepted the syntax, so that only known forms are met. */
class Reader {
  private position = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
  /** Takes what matches here, or nothing. */
  take(token: RegExp): string | undefined {
    token.lastIndex = this.position;
    const found = token.exec(this.source)?.[0];
    this.position += found?.length ?? 0;
    return found;
  }
  get ended(): boolean {
    return this.position >= this.source.length;
  }
}

const tokens = {
  bar: /\|/y,
  close: /\)/y,
  start: /\^/y,
  end: /\$/y,
  look: /\(\?<?[=!]/y,
  open: /\((?:\?:|\?<[^>]*>)?/y,
  /** Flags for a part: they change what characters mean. */
  flags: /\(\?[a-z-]+:/y,
  boundary: /\\[bB]/y,
  backReference: /\\(?:[1-9]\d*|k<[^>]*>)/y,
  character:
    /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u\{[^}]*\}|\\u[\da-fA-F]{4}|\\x..|\\c.|\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|[^\\[\]()|^$]/suy,
  quantifier: /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y,
} as const;

function readAlternatives(reader: Reader): PatternNode {
  const options = [readSequence(reader)];
  while (reader.take(tokens.bar)) options.push(readSequence(reader));
  return options.length === 1 && options[0] ? options[0] : { kind: "alternatives", options };
}

function readSequence(reader: Reader): PatternNode {
  const parts: PatternNode[] = [];
  for (let part = readPart(reader); part; part = readPart(reader)) parts.push(part);
  return parts.length === 1 && parts[0] ? parts[0] : { kind: "sequence", parts };
}

function readPart(reader: Reader): PatternNode | undefined {
  if (reader.ended) return undefined;
  if (reader.take(tokens.start)) return { kind: "start" };
  if (reader.take(tokens.end)) return { kind: "end" };
  refuse(reader);
  const atom = readAtom(reader);
  return atom && quantified(atom, reader.take(tokens.quantifier));
}

function refuse(reader: Reader): void {
  if (reader.take(tokens.look))
    throw new PatternError("looks ahead or behind, which has no linear-time match");
  if (reader.take(tokens.backReference))
    throw new PatternError("refers back to a group, which has no linear-time match");
  if (reader.take(tokens.boundary)) throw new PatternError("uses \\b or \\B; name the characters instead");
  if (reader.take(tokens.flags)) throw new PatternError("sets flags inside; name the characters instead");
}

function readAtom(reader: Reader): PatternNode | undefined {
  if (reader.take(tokens.open)) {
    const inner = readAlternatives(reader);
    reader.take(tokens.close);
    return inner;
  }
  const source = reader.take(tokens.character);
  return source === undefined ? undefined : { kind: "character", source };
}

function quantified(part: PatternNode, quantifier: string | undefined): PatternNode {
  if (quantifier === undefined) return part;
  const [min = "0", max] = boundsOf(quantifier);
  return { kind: "repeat", part, min: Number(min), max: max === "" ? Number.POSITIVE_INFINITY : Number(max) };
}

/** Least and most repetitions; an empty text for no limit. Whether it is lazy makes no difference to a test. */
function boundsOf(quantifier: string): readonly string[] {
  if (quantifier.startsWith("*")) return ["0", ""];
  if (quantifier.startsWith("+")) return ["1", ""];
  if (quantifier.startsWith("?")) return ["0", "1"];
  const [min = "0", max = min] = quantifier.replace(/^\{|\}\??$/g, "").split(",");
  return [min, max];
}
