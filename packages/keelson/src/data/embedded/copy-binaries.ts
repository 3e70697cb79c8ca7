import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Copies a package of binaries so that every user can run the copy, whatever the modes of the original
 * and the umask. It appears whole under its name or not at all; of two processes, one copy wins.
 */
export async function copyBinaries(
  from: string,
  to: string,
  complete: (directory: string) => void,
): Promise<void> {
  const draft = `${to}-${randomBytes(6).toString("hex")}`;
  try {
    await copyTree(from, draft);
    complete(draft);
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST" && code !== "ENOTEMPTY") throw error;
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    // Links are made anew by the caller; static libraries only serve to compile against.
    if (!entry.isFile() || entry.name.endsWith(".a")) continue;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    await chmod(target, isProgram(entry.parentPath, entry.name) ? 0o755 : 0o644);
  }
}

const isProgram = (directory: string, name: string) =>
  directory.endsWith("bin") || /\.(so|dylib)\b/.test(name);
