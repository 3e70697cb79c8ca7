import { createHash } from "node:crypto";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Observe } from "../../observe/observation.ts";
import { accountOf, chooseAccount, reservedAccount } from "./choose-account.ts";
import { embeddedError } from "./embedded-error.ts";
import { currentHome, relocate } from "./relocate.ts";
import { runAs, type ServerAccount } from "./run-as.ts";

/** Where one project's server lives. */
export interface Place {
  /** The project's `.keelson`: the secret lies here, out of the server's own reach when root started it. */
  readonly stateDir: string;
  /** What belongs to the server and its user: data, log, pipe, start lock. */
  readonly home: string;
  readonly dataDir: string;
  /** Holds the socket. */
  readonly socketDir: string;
  readonly logFile: string;
  /** For what several projects may share: copies of binaries that the server's user cannot reach. */
  readonly sharedDir: string;
  readonly account: ServerAccount | null;
}

/**
 * Finds or makes the home of the project's server: `.keelson/postgres`, or, when root starts it below a
 * directory that the server's user cannot enter, a directory of its own under `sharedDir`.
 */
export async function choosePlace(
  givenStateDir: string,
  sharedDir: string,
  observe: Observe,
): Promise<Place> {
  mkdirSync(dirname(resolve(givenStateDir)), { recursive: true });
  mkdirSync(resolve(givenStateDir), { recursive: true, mode: 0o700 });
  const stateDir = realpathSync(givenStateDir);
  const elsewhere = currentHome(stateDir, sharedDir);
  if (elsewhere !== null) return placeIn(stateDir, elsewhere, sharedDir, accountOf(elsewhere));

  const home = join(stateDir, "postgres");
  const isNew = !existsSync(home);
  const account = isNew ? await chooseAccount(stateDir) : accountOf(home);
  openStateDir(stateDir, account);
  makeHome(home, account);
  if (account === null || (await canEnter(account, home))) {
    return placeIn(stateDir, home, sharedDir, account);
  }
  if (existsSync(join(home, "data"))) {
    throw embeddedError(
      "embedded-unreachable-data",
      `The server's user (uid ${account.uid}) can no longer enter ${home}; a directory above it is closed to others.`,
      "Open that directory for passing (chmod o+x), move the project back, or set DATABASE_URL.",
    );
  }
  rmSync(home, { recursive: true, force: true });
  const relocated = relocate(stateDir, sharedDir, (path) => makeHome(path, account));
  if (!(await canEnter(account, relocated))) {
    throw embeddedError(
      "embedded-unsafe-directory",
      `PostgreSQL's user (uid ${account.uid}) may enter neither ${home} nor ${relocated}.`,
      `Open the directories above ${sharedDir} for passing (chmod o+x).`,
    );
  }
  observe({
    type: "database.relocated",
    dataDir: join(relocated, "data"),
    reason: `uid ${account.uid}, which runs PostgreSQL for root, may not enter ${dirname(stateDir)}`,
  });
  return placeIn(stateDir, relocated, sharedDir, account);
}

/**
 * `.keelson` stays closed. With the reserved account it belongs to root, and only that account's group,
 * which has no other member, may pass through; with a user's account it belongs to that user.
 */
function openStateDir(stateDir: string, account: ServerAccount | null): void {
  if (account === null) {
    if ((lstatSync(stateDir).mode & 0o077) !== 0) chmodSync(stateDir, 0o700);
  } else if (account.uid === reservedAccount.uid) {
    chownSync(stateDir, 0, account.gid);
    chmodSync(stateDir, 0o710);
  } else {
    chownSync(stateDir, account.uid, account.gid);
    chmodSync(stateDir, 0o700);
  }
}

function makeHome(home: string, account: ServerAccount | null): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (account === null) return;
  chownSync(home, account.uid, account.gid);
  // initdb may have to run as another user in the same, otherwise empty, group.
  if (account.uid === reservedAccount.uid) chmodSync(home, 0o710);
}

/** Asks the kernel, as that user, instead of adding up mode bits: access lists and mounts count too. */
async function canEnter(account: ServerAccount, directory: string): Promise<boolean> {
  const tried = await runAs(account, "/bin/sh", ["-c", 'cd "$1"', "sh", directory]);
  if (tried.code !== null) return tried.code === 0;
  throw embeddedError(
    "embedded-cannot-change-user",
    `PostgreSQL refuses to run as root, and this root may not become uid ${account.uid}: ${tried.output}`,
    "Run as an ordinary user, allow the container to change users (CAP_SETUID), or set DATABASE_URL.",
  );
}

function placeIn(stateDir: string, home: string, sharedDir: string, account: ServerAccount | null): Place {
  return {
    stateDir,
    home,
    dataDir: join(home, "data"),
    socketDir: makeSocketDir(home, account),
    logFile: join(home, "server.log"),
    sharedDir,
    account,
  };
}

/** The kernel's limit for a socket's path, less its terminating zero byte. */
const socketPathBytes = process.platform === "linux" ? 107 : 103;
const socketName = ".s.PGSQL.5432";

/** In the home, or where its path is too long for a socket, under a name derived from it in /tmp. */
function makeSocketDir(home: string, account: ServerAccount | null): string {
  const near = join(home, "socket");
  const fits = Buffer.byteLength(join(near, socketName)) <= socketPathBytes;
  const name = createHash("sha256").update(home).digest("hex").slice(0, 16);
  const directory = fits ? near : join(realpathSync("/tmp"), `keelson-${name}`);
  try {
    mkdirSync(directory, { mode: 0o700 });
    if (account !== null) chownSync(directory, account.uid, account.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const { uid, mode } = lstatSync(directory);
  const wanted = account?.uid ?? process.geteuid?.();
  // In /tmp anyone may have taken the name; a racing process of ours may not have given it away yet.
  if ((mode & 0o170077) === 0o040000 && (uid === wanted || uid === process.geteuid?.())) return directory;
  throw embeddedError(
    "embedded-socket-taken",
    `${directory} should be a closed directory of uid ${wanted}; it belongs to uid ${uid}.`,
    "Remove it, or move the project to a shorter path.",
  );
}
