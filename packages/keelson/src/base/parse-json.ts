import { isUtf8 } from "node:buffer";
import { exactNumber } from "./json-number.ts";
import { jsonPointer } from "./json-pointer.ts";
import { err, ok, type Result } from "./result.ts";

/** Budgets of one JSON text; checked while reading, so that nothing is built beyond them. */
export interface JsonLimits {
  /** How many objects and arrays may stand inside one another. Reading is recursive: keep it small. */
  readonly maxDepth: number;
  /** Members of all objects together. */
  readonly maxKeys: number;
  /** Values of any kind, objects and arrays included. */
  readonly maxValues: number;
}

export const defaultJsonLimits: JsonLimits = { maxDepth: 32, maxKeys: 10_000, maxValues: 100_000 };

/** Why a text was refused, and where. */
export interface JsonFault {
  readonly code:
    | "encoding"
    | "bom"
    | "syntax"
    | "trailing"
    | "duplicate_key"
    | "reserved_key"
    | "surrogate"
    | "number"
    | "depth"
    | "keys"
    | "values";
  readonly detail: string;
  /** JSON Pointer (RFC 6901, URI-fragment form) to the innermost value that was being read. */
  readonly pointer: string;
  /** UTF-16 code units from the start. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/**
 * Reads one JSON value (RFC 8259, I-JSON where it is stricter) in a single linear pass. What JavaScript's own
 * parser would let through or change silently is refused: duplicate keys, keys that are dangerous in
 * JavaScript, lone surrogates, invalid UTF-8, numbers that a double cannot give back, and whatever goes over
 * the budgets. Objects have no prototype.
 *
 * @param source - bytes are taken as UTF-8
 */
export function parseJson(
  source: string | Uint8Array,
  limits: JsonLimits = defaultJsonLimits,
): Result<unknown, JsonFault> {
  const text = typeof source === "string" ? source : textOf(source);
  const reader = new Reader(text, limits);
  try {
    const intact = typeof source === "string" ? text.isWellFormed() : isUtf8(source);
    if (!intact)
      reader.refuse("encoding", "is not valid Unicode text.", text.toWellFormed().indexOf("\ufffd"));
    return ok(reader.document());
  } catch (thrown) {
    if (thrown instanceof Refusal) return err(thrown.fault);
    throw thrown;
  }
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");

class Refusal extends Error {
  readonly fault: JsonFault;

  constructor(fault: JsonFault) {
    super(fault.detail);
    this.fault = fault;
  }
}

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** So many digits always fit a double exactly. */
const safeDigits = 15;

class Reader {
  readonly #text: string;
  readonly #limits: JsonLimits;
  /** Member names and indexes down to the current value; only the first `#depth` count. */
  readonly #path: (string | number | undefined)[] = [];
  #at = 0;
  #depth = 0;
  #keys = 0;
  #values = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): unknown {
    if (this.#text.charCodeAt(0) === 0xfeff) this.refuse("bom", "must not begin with a byte order mark.");
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.refuse("trailing", "has something after the end of the value.");
    return value;
  }

  refuse(code: JsonFault["code"], detail: string, offset = this.#at): never {
    const before = this.#text.slice(0, offset);
    const lineStart = before.lastIndexOf("\n") + 1;
    throw new Refusal({
      code,
      detail,
      pointer: jsonPointer(this.#path.slice(0, this.#depth).filter((segment) => segment !== undefined)),
      offset,
      line: before.split("\n").length,
      column: offset - lineStart + 1,
    });
  }

  #value(): unknown {
    this.#values += 1;
    if (this.#values > this.#limits.maxValues)
      this.refuse("values", `has more than ${this.#limits.maxValues} values.`);
    switch (this.#text.charCodeAt(this.#at)) {
      case quote:
        return this.#string();
      case openBrace:
        return this.#object();
      case openBracket:
        return this.#array();
      case 0x74:
        return this.#word("true", true);
      case 0x66:
        return this.#word("false", false);
      case 0x6e:
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(): unknown {
    const members: Record<string, unknown> = Object.create(null);
    if (this.#enter(closeBrace)) return members;
    const level = this.#depth - 1;
    for (;;) {
      if (this.#text.charCodeAt(this.#at) !== quote)
        this.refuse("syntax", "needs a member name in double quotes here.");
      const start = this.#at;
      const key = this.#string();
      this.#path[level] = key;
      this.#checkKey(key, members, start);
      this.#skipSpace();
      if (this.#text.charCodeAt(this.#at) !== colon)
        this.refuse("syntax", "needs a colon after the member name.");
      this.#at += 1;
      this.#skipSpace();
      members[key] = this.#value();
      if (this.#leave(closeBrace)) return members;
    }
  }

  #checkKey(key: string, members: Readonly<Record<string, unknown>>, start: number): void {
    if (key === "__proto__" || key === "constructor" || key === "prototype")
      this.refuse("reserved_key", "has a reserved name.", start);
    // JSON has no undefined, so a member that is there is never undefined.
    if (members[key] !== undefined) this.refuse("duplicate_key", "is there twice.", start);
    this.#keys += 1;
    if (this.#keys > this.#limits.maxKeys)
      this.refuse("keys", `has more than ${this.#limits.maxKeys} members.`);
  }

  #array(): unknown {
    const items: unknown[] = [];
    if (this.#enter(closeBracket)) return items;
    const level = this.#depth - 1;
    for (;;) {
      this.#path[level] = items.length;
      items.push(this.#value());
      if (this.#leave(closeBracket)) return items;
    }
  }

  /** Steps over the opening character; true when the closing one follows at once. */
  #enter(close: number): boolean {
    if (this.#depth >= this.#limits.maxDepth)
      this.refuse("depth", `nests deeper than ${this.#limits.maxDepth} levels.`);
    this.#at += 1;
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) === close) {
      this.#at += 1;
      return true;
    }
    // Until the first member has a name, the object itself is what is being read.
    this.#path[this.#depth] = undefined;
    this.#depth += 1;
    return false;
  }

  /** After a member or item: true at the end, false when another one follows. */
  #leave(close: number): boolean {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code !== comma && code !== close)
      this.refuse("syntax", `needs a comma or "${String.fromCharCode(close)}" here.`);
    this.#at += 1;
    if (code === close) {
      this.#depth -= 1;
      return true;
    }
    this.#skipSpace();
    return false;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code === backslash) return this.#escapedString(start, at);
      if (code < space) this.refuse("syntax", "has a control character in a string; escape it.", at);
      if (at >= text.length) this.refuse("syntax", "ends inside a string.", at);
      at += 1;
    }
    this.#at = at + 1;
    return text.slice(start + 1, at);
  }

  /** Finds the end of a string with escapes and leaves the unescaping to the engine. */
  #escapedString(start: number, firstEscape: number): string {
    const text = this.#text;
    let at = firstEscape;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (at >= text.length) this.refuse("syntax", "ends inside a string.", text.length);
      at += code === backslash ? 2 : 1;
    }
    const value = unescaped(text.slice(start, at + 1));
    if (value === undefined) this.refuse("syntax", "has a string with an invalid escape.", start);
    if (!value.isWellFormed()) this.refuse("surrogate", "has half of a surrogate pair.", start);
    this.#at = at + 1;
    return value;
  }

  #number(): number {
    const text = this.#text;
    const start = this.#at;
    const negative = text.charCodeAt(start) === minus;
    let at = negative ? start + 1 : start;
    const first = at;
    let whole = 0;
    let code = text.charCodeAt(at);
    while (code >= zero && code <= nine) {
      whole = whole * 10 + (code - zero);
      at += 1;
      code = text.charCodeAt(at);
    }
    const digits = at - first;
    if (digits === 0)
      this.refuse("syntax", at >= text.length ? "ends too early." : "needs a value here.", at);
    if (digits > 1 && text.charCodeAt(first) === zero)
      this.refuse("syntax", "has a number with leading zeros.", start);
    this.#at = at;
    const isWhole = code !== point && (code | 0x20) !== 0x65;
    if (isWhole && digits <= safeDigits) return negative && whole !== 0 ? -whole : whole;
    if (!isWhole) this.#skipFraction();
    const value = exactNumber(text.slice(start, this.#at));
    if (value === undefined)
      this.refuse("number", "is a number that cannot be kept exactly; use a string.", start);
    return value;
  }

  #skipFraction(): void {
    if (this.#text.charCodeAt(this.#at) === point) {
      this.#at += 1;
      this.#skipDigits();
    }
    if ((this.#text.charCodeAt(this.#at) | 0x20) === 0x65) {
      this.#at += 1;
      const sign = this.#text.charCodeAt(this.#at);
      if (sign === plus || sign === minus) this.#at += 1;
      this.#skipDigits();
    }
  }

  #skipDigits(): void {
    const start = this.#at;
    let code = this.#text.charCodeAt(this.#at);
    while (code >= zero && code <= nine) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
    if (this.#at === start) this.refuse("syntax", "has a number without digits here.");
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.refuse("syntax", "needs a value here.");
    this.#at += word.length;
    return value;
  }

  #skipSpace(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code === space || code === lineFeed || code === carriageReturn || code === tab) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
  }
}

function unescaped(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}
