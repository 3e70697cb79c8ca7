import { spawn } from "node:child_process";
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { embeddedError } from "./embedded-error.ts";
import { runAs, type ServerAccount } from "./run-as.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/**
 * Who uses the server is counted by the kernel: every user process holds the named pipe `users.N` open
 * for writing, and the supervisor reads it. When the last writer is gone, even by kill -9, the
 * supervisor reads end-of-file and stops the server. It first renames the pipe to `closing.N`: nobody
 * new finds it, and one who slipped in before has written a line by which it is noticed.
 */
export interface Presence {
  readonly generation: number;
  /** Once only. With `lingerMs` the server keeps a user that long: for the next process, which may come soon. */
  leave(lingerMs?: number): void;
}

function presenceOn(pipe: number, generation: number): Presence {
  return {
    generation,
    leave: (lingerMs = 0) => {
      if (lingerMs > 0) {
        const stdio = ["ignore", "ignore", "ignore", pipe] as const;
        const heir = spawn("sleep", [String(lingerMs / 1_000)], {
          cwd: "/",
          detached: true,
          stdio: [...stdio],
        });
        heir.on("error", () => {});
        heir.unref();
      }
      closeSync(pipe);
    },
  };
}

export const usersPath = (home: string, generation: number) => join(home, `users.${generation}`);
export const supervisorPath = (home: string, generation: number) => join(home, `supervisor.${generation}`);
export const closingPath = (home: string, generation: number) => join(home, `closing.${generation}`);

/** Generations whose pipe lies in `home`, under either name; the newest first. */
export function pipesIn(home: string): { path: string; generation: number; closing: boolean }[] {
  return readdirSync(home)
    .flatMap((name) => {
      const match = /^(users|closing)\.(\d+)$/.exec(name);
      return match
        ? [{ path: join(home, name), generation: Number(match[2]), closing: match[1] === "closing" }]
        : [];
    })
    .sort((a, b) => b.generation - a.generation);
}

/** Joins the users of the server that runs now; null when none runs. */
export function joinUsers(home: string): Presence | null {
  for (const { path, generation, closing } of pipesIn(home)) {
    const pipe = closing ? null : openWriter(path);
    if (pipe === null) continue;
    if (writeLine(pipe, Buffer.from("joined\n"))) return presenceOn(pipe, generation);
    closeSync(pipe);
  }
  return null;
}

/**
 * Makes the pipe of a new run and enters as its first user. `reader` is for the supervisor's standard
 * input; it is opened here so that no moment exists in which a killed parent leaves it waiting for a
 * writer that never comes.
 */
export async function openUsers(
  home: string,
  generation: number,
  account: ServerAccount | null,
): Promise<{ reader: number; presence: Presence }> {
  const path = usersPath(home, generation);
  const made = await runAs(account, "mkfifo", ["-m", "600", path]);
  if (made.code !== 0) {
    throw embeddedError(
      "embedded-no-pipe",
      `A named pipe could not be made in ${home}: ${made.output.trim()}`,
      "Keep the project on a file system of this machine (not a shared or Windows folder), or set DATABASE_URL.",
    );
  }
  const both = openPipe(path, O_RDWR);
  const reader = openPipe(path, O_RDONLY);
  const writer = openPipe(path, O_WRONLY | O_NONBLOCK);
  closeSync(both);
  return { reader, presence: presenceOn(writer, generation) };
}

/** True while some process reads the pipe: its supervisor lives. */
export function hasReader(path: string): boolean {
  const pipe = openWriter(path);
  if (pipe !== null) closeSync(pipe);
  return pipe !== null;
}

/**
 * True when some process uses the server. Told by reading the pipe: "would block" means that writers
 * hold it open, end-of-file that there are none.
 */
export function hasUsers(home: string, generation: number): boolean {
  const path = usersPath(home, generation);
  const reader = openIfThere(path, O_RDONLY | O_NONBLOCK);
  if (reader === null) return false;
  try {
    const line = Buffer.alloc(64);
    const size = readSync(reader, line);
    if (size > 0) handBack(path, line.subarray(0, size));
    return size > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return true;
    throw error;
  } finally {
    closeSync(reader);
  }
}

/** A newcomer's line is meant for the supervisor. */
function handBack(path: string, line: Buffer): void {
  const writer = openWriter(path);
  if (writer === null) return;
  writeLine(writer, line);
  closeSync(writer);
}

/** False when the reader is gone meanwhile. */
function writeLine(pipe: number, line: Buffer): boolean {
  try {
    writeSync(pipe, line);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return false;
    throw error;
  }
}

/** Null when the pipe is gone (ENOENT) or nobody reads it (ENXIO). */
const openWriter = (path: string) => openIfThere(path, O_WRONLY | O_NONBLOCK);

function openIfThere(path: string, flags: number): number | null {
  try {
    return openPipe(path, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENXIO") return null;
    throw error;
  }
}

/** Opens it only if it is a pipe: as root we walk in a directory that the server's user may write. */
function openPipe(path: string, flags: number): number {
  const pipe = openSync(path, flags | O_NOFOLLOW);
  if (fstatSync(pipe).isFIFO()) return pipe;
  closeSync(pipe);
  throw embeddedError("embedded-no-pipe", `${path} is not a named pipe`, "Move it away and start again.");
}
