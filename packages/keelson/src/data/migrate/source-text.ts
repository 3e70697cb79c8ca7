/** A place a person can jump to: both count from 1, columns in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const excerptWidth = 100;

/**
 * A text addressed the way PostgreSQL's parser does, by UTF-8 byte, and shown the way editors do,
 * by line and column. Lookups are cheap when they come in ascending order, as a checker asks them,
 * even where a generated file is a single line of megabytes.
 */
export class SourceText {
  readonly path: string;
  readonly text: string;
  readonly #bytes: Buffer;
  readonly #lineStarts: number[] = [0];
  #last = { lineIndex: 0, byte: 0, column: 1 };

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.#bytes = Buffer.from(text, "utf8");
    for (let at = this.#bytes.indexOf(10); at >= 0; at = this.#bytes.indexOf(10, at + 1)) {
      this.#lineStarts.push(at + 1);
    }
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  slice(start: number, end: number): string {
    return this.#bytes.toString("utf8", start, end);
  }

  /** The position of a byte; anything outside the text is held to its ends. */
  at(byte: number): Position {
    const offset = Math.max(0, Math.min(byte, this.#bytes.length));
    const lineIndex = this.#lineIndex(offset);
    const start = this.#lineStarts[lineIndex] ?? 0;
    const last = this.#last;
    const onward = last.lineIndex === lineIndex && last.byte <= offset && last.byte >= start;
    const from = onward ? last.byte : start;
    const column = (onward ? last.column : 1) + countCharacters(this.#bytes, from, offset);
    this.#last = { lineIndex, byte: offset, column };
    return { line: lineIndex + 1, column };
  }

  /** The byte where a line (from 1) begins. */
  lineStart(line: number): number {
    return this.#lineStarts[line - 1] ?? this.#bytes.length;
  }

  /** The byte of the n-th character (from 0); syntax errors are placed by character. */
  byteOfCharacter(characters: number): number {
    let seen = 0;
    for (let at = 0; at < this.#bytes.length; at++) {
      if (((this.#bytes[at] ?? 0) & 0xc0) !== 0x80 && seen++ === characters) return at;
    }
    return this.#bytes.length;
  }

  /** `path:line:column`, which terminals and editors make clickable. */
  where(position: Position): string {
    return `${this.path}:${position.line}:${position.column}`;
  }

  /** The line of a position with a caret below it, in at most a terminal's width. */
  excerpt(position: Position): string {
    const start = this.lineStart(position.line);
    const next = this.#lineStarts[position.line];
    const line = Array.from(this.slice(start, next === undefined ? this.#bytes.length : next - 1), visible);
    const first = Math.max(0, position.column - 1 - excerptWidth / 2);
    const shown = line.slice(first, first + excerptWidth);
    const head = first > 0 ? "…" : "";
    const tail = first + excerptWidth < line.length ? "…" : "";
    const gutter = String(position.line);
    return [
      `${gutter} | ${head}${shown.join("")}${tail}`,
      `${" ".repeat(gutter.length)} | ${" ".repeat(position.column - 1 - first + head.length)}^`,
    ].join("\n");
  }

  #lineIndex(byte: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= byte) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** UTF-8 continuation bytes (10xxxxxx) are no characters of their own. */
function countCharacters(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) count++;
  return count;
}

/** Tabs and control characters take one column here, so that the caret stands where it should. */
function visible(character: string): string {
  if (character === "\t") return " ";
  return /\p{C}/u.test(character) ? "·" : character;
}
