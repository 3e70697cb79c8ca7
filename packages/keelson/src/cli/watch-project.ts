import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join, resolve, sep } from "node:path";

/** Editors write a file in several steps, and a checkout changes many; one reload serves them all. */
const settleMs = 40;
const sourceName = /\.(?:[cm]?[jt]s|json)$/;
/** Folders that hold no sources, or far too many files of others. */
const ignoredName = /^(?:\..*|node_modules|dist|coverage)$/;

export interface ProjectWatcher {
  close(): void;
}

/**
 * Calls `changed` when a source file below `dir` changes. Each folder is watched by itself: watching a whole tree
 * would visit everything in `node_modules` and in the database first.
 */
export function watchProject(
  dir: string,
  ignoredPaths: readonly string[],
  changed: () => void,
): ProjectWatcher {
  const folders = new Map<string, FSWatcher>();
  const ignored = new Set(ignoredPaths.map((path) => resolve(path)));
  let timer: NodeJS.Timeout | undefined;
  const announce = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, settleMs);
  };
  const enter = (folder: string): void => {
    try {
      const watcher = watch(folder, (_event, name) => see(folder, name));
      watcher.on("error", () => leave(folder));
      folders.set(folder, watcher);
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory() && isWatched(folder, entry.name)) enter(join(folder, entry.name));
    } catch (error) {
      // What is gone again, or is not ours to read, holds no sources; too few watches is worth knowing.
      if (!["ENOENT", "EACCES", "EPERM"].includes((error as { code: string }).code)) throw error;
    }
  };
  const leave = (path: string): boolean => {
    let left = false;
    for (const [folder, watcher] of folders)
      if (folder === path || folder.startsWith(path + sep)) {
        watcher.close();
        left = folders.delete(folder);
      }
    return left;
  };
  const see = (folder: string, name: string | null): void => {
    if (name === null) announce();
    if (name === null || !isWatched(folder, name)) return;
    const path = join(folder, name);
    // A folder may have been replaced by another of the same name: look at it afresh.
    const wasFolder = leave(path);
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder) enter(path);
    if (wasFolder || isFolder || sourceName.test(name)) announce();
  };
  const isWatched = (folder: string, name: string): boolean =>
    !ignoredName.test(name) && !ignored.has(join(folder, name));
  enter(resolve(dir));
  return {
    close: () => {
      clearTimeout(timer);
      leave(resolve(dir));
    },
  };
}
