import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { isRoot } from "./choose-account.ts";
import { embeddedError } from "./embedded-error.ts";

/**
 * A home outside `.keelson` is found by a pointer file inside it, and is claimed by one project:
 * `<home>.project` names the state directory. The pointer wins, so a project that was moved keeps its
 * data; but where the claimant still exists and points here too, we are its copy and get a home of our
 * own rather than share one database by accident.
 */
const pointerIn = (stateDir: string) => join(stateDir, "postgres-home");
const claimOf = (home: string) => `${home}.project`;

/** The relocated home of this project, or null when it has none. */
export function currentHome(stateDir: string, sharedDir: string): string | null {
  const home = readOrNull(pointerIn(stateDir));
  if (home === null) return null;
  if (!isRoot()) {
    throw embeddedError(
      "embedded-owned-by-root",
      `This project's database was made by root and lies in ${home}.`,
      `Run as root, or remove ${stateDir} to begin with an empty database.`,
    );
  }
  const claimant = readOrNull(claimOf(home));
  const isCopy = claimant !== null && claimant !== stateDir && readOrNull(pointerIn(claimant)) === home;
  if (isCopy || !existsSync(home) || dirname(home) !== sharedDir) {
    rmSync(pointerIn(stateDir));
    return null;
  }
  if (claimant !== stateDir) writeAtomically(claimOf(home), stateDir);
  return home;
}

/** Makes a home under `sharedDir` and points to it; when another process was quicker, takes its home. */
export function relocate(stateDir: string, sharedDir: string, makeHome: (path: string) => void): string {
  makeSharedDir(sharedDir);
  const home = join(sharedDir, nameFor(stateDir));
  makeHome(home);
  writeFileSync(claimOf(home), stateDir, { mode: 0o644, flag: "wx" });
  const draft = `${pointerIn(stateDir)}-${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, home, { mode: 0o644, flag: "wx" });
  try {
    linkSync(draft, pointerIn(stateDir));
    return home;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    rmSync(home, { recursive: true });
    rmSync(claimOf(home));
    return readFileSync(pointerIn(stateDir), "utf8");
  } finally {
    rmSync(draft);
  }
}

/** Everyone may pass, only root may write: what lies here is run, or trusted, by root. */
export function makeSharedDir(sharedDir: string): void {
  const isNew = mkdirSync(sharedDir, { recursive: true }) !== undefined;
  if (isNew) chmodSync(sharedDir, 0o755); // whatever the umask took away
  const { uid, mode } = lstatSync(sharedDir);
  if (uid === 0 && (mode & 0o170022) === 0o040000) return;
  throw embeddedError(
    "embedded-unsafe-directory",
    `${sharedDir} must be a directory that only root can write to.`,
    `Run: chown root ${sharedDir} && chmod 755 ${sharedDir}`,
  );
}

function nameFor(stateDir: string): string {
  const project = basename(dirname(stateDir))
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .slice(0, 40);
  return `${project}-${randomBytes(4).toString("hex")}`;
}

function writeAtomically(path: string, text: string): void {
  const draft = `${path}-${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, text, { mode: 0o644, flag: "wx" });
  renameSync(draft, path);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
