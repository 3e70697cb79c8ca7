import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

/** Makes ids, injected so that tests and seeds can be deterministic. */
export type NewId = () => string;

/** Random bytes are drawn for many ids at once: a system call for each would cost several times the id. */
const pool = new Uint8Array(4_096);
const bytesPerId = 16;
let used = pool.length;

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytesPerId;
  return pool.subarray(used - bytesPerId, used);
}

let lastMs = 0;
let sequence = 0;

/**
 * UUIDv7 (RFC 9562 §5.7): time-ordered, so that primary-key inserts stay at the right edge of the index; within
 * a millisecond, and when the clock steps back, a counter keeps the order (§6.2, method 1).
 */
export const newId: NewId = () => {
  const nowMs = Date.now();
  const random = randomBytes();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    // The top bit stays free, so that counting up has room.
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else {
    sequence = (sequence + 1) >>> 0;
    if (sequence === 0) lastMs += 1;
  }
  return v7({ random, msecs: lastMs, seq: sequence });
};

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a canonical lower-case UUID of any version. */
export const isUuid = (text: string): boolean => uuidPattern.test(text);
