const initialSize = 64 * 1_024;
/** What grew beyond this for one large answer is given back. */
const keptSize = 1_024 * 1_024;

const quote = 0x22;
const backslash = 0x5c;
const hex = Buffer.from("0123456789abcdef");
/** The short escapes that JSON knows, as PostgreSQL writes them. */
const shortEscapes = new Map([
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
  [quote, quote],
  [backslash, backslash],
]);

/**
 * Bytes of JSON in the making. One for the process: writing is synchronous, and what is done is taken out at
 * once. Loops copy, since nearly all pieces are shorter than what a call into native code costs.
 */
export class JsonWriter {
  #bytes = Buffer.allocUnsafeSlow(initialSize);
  #length = 0;
  /** How far there is room for sure. */
  #reserved = 0;
  /** All bytes or-ed: below 128 as long as all of them are ASCII. */
  #seen = 0;

  /** Begins anew: what a failed attempt has left must never get into another answer. */
  begin(): void {
    this.#length = 0;
    this.#seen = 0;
  }

  /** Makes room; every other method counts on it for what it writes, escapes apart. */
  reserve(count: number): void {
    this.#reserveUpTo(this.#length + count);
  }

  #reserveUpTo(end: number): void {
    this.#reserved = end;
    if (end <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, end));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  byte(value: number): void {
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  copy(from: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    let length = this.#length;
    let seen = 0;
    for (let at = start; at < end; at += 1) {
      const value = from[at] as number;
      seen |= value;
      bytes[length++] = value;
    }
    this.#seen |= seen;
    this.#length = length;
  }

  /** Text as a JSON string; bytes beyond ASCII stay as they are. */
  text(from: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    let length = this.#length;
    let seen = 0;
    bytes[length++] = quote;
    for (let at = start; at < end; at += 1) {
      const value = from[at] as number;
      if (value < 0x20 || value === quote || value === backslash) {
        this.#length = length;
        this.#seen |= seen;
        this.#escaped(from, at, end);
        return;
      }
      seen |= value;
      bytes[length++] = value;
    }
    bytes[length++] = quote;
    this.#seen |= seen;
    this.#length = length;
  }

  #escaped(from: Uint8Array, start: number, end: number): void {
    this.#reserveUpTo(this.#reserved + 5 * (end - start));
    for (let at = start; at < end; at += 1) {
      const value = from[at] as number;
      const short = shortEscapes.get(value);
      if (short !== undefined) {
        this.byte(backslash);
        this.byte(short);
      } else if (value < 0x20) {
        for (const each of [backslash, 0x75, 0x30, 0x30, hex[value >> 4] ?? 0, hex[value & 15] ?? 0])
          this.byte(each);
      } else {
        this.#seen |= value;
        this.byte(value);
      }
    }
    this.byte(quote);
  }

  /** What was written; the writer is empty again. ASCII, the usual case, is read five times as fast. */
  take(): string {
    const text = this.#bytes.toString(this.#seen < 0x80 ? "latin1" : "utf8", 0, this.#length);
    this.begin();
    if (this.#bytes.length > keptSize) this.#bytes = Buffer.allocUnsafeSlow(initialSize);
    return text;
  }
}
