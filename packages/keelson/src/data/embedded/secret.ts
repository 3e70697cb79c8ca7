import { createHmac, randomBytes } from "node:crypto";
import { chownSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { embeddedError } from "./embedded-error.ts";

/** Superuser of the cluster, which only this folder uses: to create the role and databases below. */
export const adminRole = "postgres";
/**
 * Role of the application. It owns its databases and may create more, but is no superuser: what works
 * here must also work on a managed PostgreSQL, and injected SQL must not become a shell.
 */
export const appRole = "keelson";

export const secretPath = (stateDir: string) => join(stateDir, "postgres.secret");

/** The secret of this project's server. Made on first use; one process's secret wins. */
export function readOrMakeSecret(stateDir: string, hasData: boolean): string {
  const path = secretPath(stateDir);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  if (hasData) {
    throw embeddedError(
      "embedded-secret-missing",
      `${path}, from which the database's passwords derive, is gone while its data is there.`,
      "Restore that file, or remove the data directory beside it to begin with an empty database.",
    );
  }
  const draft = `${path}-${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  const { uid, gid } = statSync(stateDir);
  if (uid !== process.geteuid?.()) chownSync(draft, uid, gid);
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, "utf8");
}

/** Each role's password derives from the one secret, and does not reveal another's. */
export function passwordOf(role: string, secret: string): string {
  return createHmac("sha256", secret).update(`postgres role ${role}`).digest("base64url");
}

/** A URL by way of the socket; PostgreSQL's own tools understand it too. */
export function socketUrl(socketDir: string, role: string, secret: string, database: string): string {
  const host = encodeURIComponent(socketDir);
  return `postgres://${role}:${passwordOf(role, secret)}@${host}:5432/${encodeURIComponent(database)}`;
}
