import { statSync } from "node:fs";
import { dirname } from "node:path";
import { runAs, type ServerAccount } from "./run-as.ts";

/**
 * A number no distribution hands out (between the ranges of Debian's and systemd's users), for servers
 * started by root. Not `nobody`: other daemons run as that, and could then read the database files or
 * signal the server.
 */
export const reservedAccount: ServerAccount = { uid: 60_800, gid: 60_800 };

/** True when this process must hand the server to another user. */
export const isRoot = () => process.geteuid?.() === 0;

/**
 * Who runs a new server that root starts: the owner of the project when that is an ordinary user (root
 * works for them: `sudo`, a bind mount), else the reserved account. An owner without a name cannot run
 * initdb, so it does not count.
 */
export async function chooseAccount(stateDir: string): Promise<ServerAccount | null> {
  if (!isRoot()) return null;
  const { uid, gid } = statSync(dirname(stateDir));
  if (uid === 0) return reservedAccount;
  const named = await runAs(null, "id", ["-un", String(uid)]);
  return named.code === 0 ? { uid, gid } : reservedAccount;
}

/** Whoever owns the files of an existing server must run it: PostgreSQL insists. */
export function accountOf(directory: string): ServerAccount | null {
  if (!isRoot()) return null;
  const { uid, gid } = statSync(directory);
  return uid === 0 ? reservedAccount : { uid, gid };
}
