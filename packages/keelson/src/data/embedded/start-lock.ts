import { randomBytes } from "node:crypto";
import { linkSync, readdirSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

/**
 * At most one process at a time may start, clean up or stop the server of one home.
 *
 * The lock is the highest-numbered file `start.N`. It is **held** while it names a living process and
 * **free** when it is empty (released) or its process is gone (killed). Taking a free lock creates
 * `start.N+1`, which only one process can do; the highest number is never removed, only its
 * predecessors. So a process that looked, slept and now creates a number which others have used and
 * swept away finds a higher one beside it, and withdraws. Nobody ever removes a lock on the strength of
 * what it read earlier, which is where takeovers of stale lock files go wrong.
 */
export interface StartLock {
  /** Grows with every taking: names what belongs to one run of the server. */
  readonly generation: number;
  release(): void;
}

/** The lock, or null while a living process holds it. */
export function tryStartLock(home: string): StartLock | null {
  const top = highest(home);
  if (top > 0 && holderOf(home, top) !== null) return null;
  const generation = top + 1;
  if (!create(home, generation)) return null;
  if (highest(home) > generation) {
    removeQuietly(pathOf(home, generation));
    return null;
  }
  for (const older of generations(home)) if (older < generation) removeQuietly(pathOf(home, older));
  return { generation, release: () => truncateSync(pathOf(home, generation)) };
}

/** The living process that holds the lock now, for messages. */
export function startLockHolder(home: string): ProcessIdentity | null {
  const top = highest(home);
  return top > 0 ? holderOf(home, top) : null;
}

/** Appears complete or not at all, so that no one reads half a name. */
function create(home: string, generation: number): boolean {
  const draft = join(home, `start-${randomBytes(6).toString("hex")}`);
  writeFileSync(draft, JSON.stringify(identify(process.pid)), { flag: "wx", mode: 0o644 });
  try {
    linkSync(draft, pathOf(home, generation));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function holderOf(home: string, generation: number): ProcessIdentity | null {
  try {
    const holder = JSON.parse(readFileSync(pathOf(home, generation), "utf8")) as ProcessIdentity;
    return isAlive(holder) ? holder : null;
  } catch {
    return null; // released, or swept away by the next holder: creating the number decides
  }
}

const pathOf = (home: string, generation: number) => join(home, `start.${generation}`);

const generations = (home: string) =>
  readdirSync(home).flatMap((name) => (/^start\.\d+$/.test(name) ? [Number(name.slice(6))] : []));

const highest = (home: string) => Math.max(0, ...generations(home));

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Someone else swept it away.
  }
}
