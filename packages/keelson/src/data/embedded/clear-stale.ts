import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Observe } from "../../observe/observation.ts";
import type { Place } from "./choose-place.ts";
import { hasReader, pipesIn, usersPath } from "./presence.ts";
import { wasStartedWith } from "./process-identity.ts";
import { runAs } from "./run-as.ts";

/** Greater than any pid that Linux or macOS gives out. */
const nobodysPid = 4_999_999;

/**
 * Makes the home ready for a new server, whatever killed the last one. The caller holds the start lock
 * and has found no server to join. False when there is one after all: its supervisor was about to stop it
 * when someone slipped in. Nothing here removes PostgreSQL's own lock, `postmaster.pid`.
 */
export async function clearStale(place: Place, observe: Observe): Promise<boolean> {
  await awaitClosing(place);
  if (pipesIn(place.home).some(({ path }) => hasReader(path))) return false;
  endSupervisors(place.home);
  await stopOrphan(place, observe);
  for (const { path } of pipesIn(place.home)) rmSync(path, { force: true });
  for (const name of readdirSync(place.home)) {
    if (/^new-\d+$/.test(name)) removeStaging(join(place.home, name));
  }
  // No postmaster of ours is left to own these.
  for (const name of readdirSync(place.socketDir)) {
    if (name.startsWith(".s.PGSQL.")) rmSync(join(place.socketDir, name), { force: true });
  }
  return true;
}

/** An initdb whose parent was killed may still write there for a moment: then it is left to the next start. */
function removeStaging(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  }
}

/** Lets the server of a supervisor that is stopping it come to its end. */
async function awaitClosing({ home }: Place): Promise<void> {
  while (pipesIn(home).some(({ path, closing }) => closing && hasReader(path))) await pause(20);
}

/** One that no longer watches (half of it was killed) must not start its server again beside ours. */
function endSupervisors(home: string): void {
  for (const name of readdirSync(home)) {
    const generation = /^supervisor\.(\d+)$/.exec(name)?.[1];
    if (generation === undefined) continue;
    const pid = pidIn(join(home, name));
    const isOurs = pid !== null && wasStartedWith(pid, usersPath(home, Number(generation)));
    if (isOurs) signalQuietly(pid, "SIGKILL");
    rmSync(join(home, name), { force: true });
  }
}

/**
 * A postmaster without supervisor (that was killed) would never stop by itself. It is stopped in the
 * usual ascending order; a killed one is recovered from its log at the next start.
 */
async function stopOrphan(place: Place, observe: Observe): Promise<void> {
  const pid = postmasterPid(place.dataDir);
  if (pid === null) return;
  if (wasStartedWith(pid, place.dataDir)) {
    observe({ type: "database.recovered", detail: `stopping server ${pid}, left behind without supervisor` });
    await stopPostmaster(pid, place.dataDir);
  }
  if (postmasterPid(place.dataDir) !== pid || !isTaken(pid)) return;
  disownPid(place.dataDir, pid);
  observe({
    type: "database.recovered",
    detail: `postmaster.pid named process ${pid}, which is not this database's server`,
  });
}

const ascending = [
  ["SIGINT", 30_000],
  ["SIGQUIT", 10_000],
  ["SIGKILL", 10_000],
] as const;

async function stopPostmaster(pid: number, dataDir: string): Promise<void> {
  for (const [signal, patienceMs] of ascending) {
    signalQuietly(pid, signal);
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 10) {
      if (!wasStartedWith(pid, dataDir)) return;
      await pause(10);
    }
  }
}

/** As PostgreSQL looks at it: a zombie counts, and where nobody reaps it stays for good. */
function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * The pid in the file belongs to a process that is no server (any more), and PostgreSQL would refuse to
 * start because of it. Only that number is replaced, never the file: PostgreSQL goes on to check
 * whether processes of the dead server still hold its shared memory, which the file also names.
 */
function disownPid(dataDir: string, pid: number): void {
  const path = join(dataDir, "postmaster.pid");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(String(pid), String(nobodysPid)), { flag: "r+" });
}

/** The pid that the data directory's lock names; null without lock. */
const postmasterPid = (dataDir: string) => pidIn(join(dataDir, "postmaster.pid"));

function pidIn(path: string): number | null {
  try {
    return Number.parseInt(readFileSync(path, "utf8"), 10) || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/**
 * Ends processes of a killed server that are too busy to have noticed: they work in its data directory
 * and would keep a new one from starting. Asked as their own user, whose processes a container shows it.
 */
export async function endLeftovers({ dataDir, account }: Place, signal: NodeJS.Signals): Promise<void> {
  if (process.platform !== "linux") return;
  const listed = await runAs(account, "/bin/sh", ["-c", "ls -ld /proc/[0-9]*/cwd 2>/dev/null"]);
  for (const line of listed.output.split("\n")) {
    const match = / \/proc\/(\d+)\/cwd -> (.*)$/.exec(line);
    if (match?.[2] === dataDir) signalQuietly(Number(match[1]), signal);
  }
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}
