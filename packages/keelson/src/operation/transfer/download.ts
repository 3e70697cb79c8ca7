/** Bytes that an answer is made of, read as they are sent. */
export class Download {
  readonly mediaType: string;
  readonly fileName: string;
  /** Null where nobody has counted. */
  readonly bytes: number | null;
  /** Names this very content. */
  readonly tag: string | undefined;
  /** From byte `from` to before byte `to`; of an uncounted one, all. */
  readonly read: (from: number, to: number) => AsyncIterable<Uint8Array>;

  constructor(parts: Pick<Download, "mediaType" | "fileName" | "bytes" | "tag" | "read">) {
    this.mediaType = parts.mediaType;
    this.fileName = parts.fileName;
    this.bytes = parts.bytes;
    this.tag = parts.tag;
    this.read = parts.read;
  }
}
