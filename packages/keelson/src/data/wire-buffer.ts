/** Who takes the rows of the statement that runs now. */
export interface RowReader {
  /** A row's bytes; `at` is where its number of columns stands. They are good until the answer is complete. */
  readRow(bytes: Buffer, at: number): void;
}

/** Type, and a length that counts itself but not the type. */
const headerLength = 5;
const dataRow = 0x44;
const readyForQuery = 0x5a;

const usualSize = 64 * 1_024;
/** Room that is worth a read. */
const leastRoom = 4 * 1_024;

/**
 * The memory that a connection's answers are read into, used again for every answer: no allocation for what only
 * passes through. Rows go to the reader, if there is one, every other message to the driver, in the order in
 * which they came. When PostgreSQL is ready for the next query all rows have been read, and the memory is free.
 */
export class WireBuffer {
  #bytes = Buffer.allocUnsafeSlow(usualSize);
  /** Where the first message that is not complete begins. */
  #start = 0;
  #end = 0;
  /** True while rows of an answer in progress lie in the memory. */
  #lent = false;
  /** Who takes the rows that come now; without one the driver gets them too. */
  reader: RowReader | undefined;
  /** The driver's own parser. */
  toDriver: (bytes: Buffer) => void = () => {};

  /** Where to put what comes next. */
  room(): Buffer {
    if (this.#bytes.length - this.#end < leastRoom) this.#makeRoom();
    return this.#bytes.subarray(this.#end);
  }

  /** Rows keep the memory that they are in; only what is not complete moves. */
  #makeRoom(): void {
    const pending = this.#end - this.#start;
    const bytes = Buffer.allocUnsafeSlow(Math.max(usualSize, 2 * this.#wanted(), 2 * pending));
    this.#bytes.copy(bytes, 0, this.#start, this.#end);
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = pending;
  }

  /** How long the incomplete message will be. */
  #wanted(): number {
    return this.#end - this.#start < headerLength ? 0 : 1 + this.#bytes.readUInt32BE(this.#start + 1);
  }

  /** So many bytes were put into {@link room}. */
  filled(count: number): void {
    this.#end += count;
    this.#split();
    if (this.#start === this.#end && !this.#lent) this.#reuse();
  }

  /** For bytes that came otherwise. */
  push(chunk: Buffer): void {
    for (let from = 0; from < chunk.length; ) {
      const count = chunk.copy(this.room(), 0, from);
      from += count;
      this.filled(count);
    }
  }

  #reuse(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#bytes.length > usualSize) this.#bytes = Buffer.allocUnsafeSlow(usualSize);
  }

  /** Passes on the complete messages. */
  #split(): void {
    const bytes = this.#bytes;
    const filled = this.#end;
    let at = this.#start;
    let passedOn = at;
    let type = 0;
    while (at + headerLength <= filled) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > filled) break;
      type = bytes[at] ?? 0;
      const reader = type === dataRow ? this.reader : undefined;
      if (reader) {
        this.#lent = true;
        if (passedOn < at) this.toDriver(bytes.subarray(passedOn, at));
        reader.readRow(bytes, at + headerLength);
        passedOn = end;
      }
      at = end;
    }
    this.#start = at;
    if (passedOn < at) this.toDriver(bytes.subarray(passedOn, at));
    // The driver told the query, which has read its rows.
    if (type === readyForQuery) this.#lent = false;
  }
}
