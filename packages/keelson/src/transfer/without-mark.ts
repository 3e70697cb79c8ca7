const mark = [0xef, 0xbb, 0xbf];

/** The same bytes without the byte order mark that some programs put in front of UTF-8. */
export async function* withoutMark(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const piece of bytes) {
    if (head === undefined) {
      yield piece;
      continue;
    }
    head = Buffer.concat([head, piece]);
    if (head.length < mark.length) continue;
    yield isMarked(head) ? head.subarray(mark.length) : head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}

const isMarked = (head: Uint8Array): boolean => mark.every((byte, at) => head[at] === byte);
