/**
 * Rows in chunks of one size, the last one smaller, from the one after `skip` on. Where reading fails, the rows
 * before come first.
 */
export async function* inChunks<T>(
  batches: AsyncIterable<readonly T[]>,
  size: number,
  skip: number,
): AsyncGenerator<readonly T[]> {
  let toSkip = skip;
  let chunk: T[] = [];
  try {
    for await (const batch of batches) {
      for (const row of toSkip > 0 ? batch.slice(toSkip) : batch) {
        chunk.push(row);
        if (chunk.length < size) continue;
        yield chunk;
        chunk = [];
      }
      toSkip = Math.max(0, toSkip - batch.length);
    }
  } catch (error) {
    if (chunk.length > 0) yield chunk;
    throw error;
  }
  if (chunk.length > 0) yield chunk;
}
