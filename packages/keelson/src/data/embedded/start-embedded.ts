import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Observe } from "../../observe/observation.ts";
import { awaitReady } from "./await-ready.ts";
import { choosePlace, type Place } from "./choose-place.ts";
import { clearStale, endLeftovers } from "./clear-stale.ts";
import { embeddedError, explainFileError, explainOutput } from "./embedded-error.ts";
import { findBinaries } from "./find-binaries.ts";
import { checkCluster, initialiseCluster } from "./initialise-cluster.ts";
import {
  closingPath,
  hasReader,
  hasUsers,
  joinUsers,
  openUsers,
  type Presence,
  usersPath,
} from "./presence.ts";
import { appRole, readOrMakeSecret, socketUrl } from "./secret.ts";
import { followLog, logEnd, readLog } from "./server-log.ts";
import { serverArguments } from "./server-settings.ts";
import { type StartLock, startLockHolder, tryStartLock } from "./start-lock.ts";
import { superviseServer } from "./supervisor.ts";

/*
 * One project has at most one server, which lives as long as any process uses it. `keelson dev` starts
 * it; a `keelson seed` beside it joins; whoever leaves last ends it. A process is in one of these states:
 *
 *   looking   → joining   a server's pipe of users has a reader
 *             → starting  there is none, and the start lock was free
 *             → looking   another process starts or stops the server; look again soon
 *   joining   → using     the server answers
 *             → looking   it went away while we waited
 *   starting  → using     what a killed server left is cleared, the data exists, the server answers
 *             → refused   with a diagnostic; the lock is released
 *   using     → left      stop(), when others remain: the server goes on for them
 *             → ending    stop(), when nobody remains: wait until the supervisor has stopped it
 *
 * A process that dies in any state leaves its pipe and its lock, by way of the kernel: the supervisor
 * stops the server when the last user is gone, and a lock of the dead counts as free. A server that is
 * killed is started again by the supervisor; when that is killed too, the next start clears up.
 */

export interface EmbeddedOptions {
  /** The project's `.keelson` directory; created when missing (0700). */
  readonly stateDir: string;
  /** Name of the database to create or open, e.g. "app". */
  readonly database: string;
  readonly observe: Observe;
  readonly clock?: Clock;
  /** More postgresql.conf settings. A process that joins a running server cannot change them. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Used only by root: where a server lives whose user cannot enter the project's directory, and copies
   * of binaries that it cannot reach. Default `/var/lib/keelson`.
   */
  readonly sharedDir?: string;
  /** How long the server goes on after the last one has left, for one that comes soon. @defaultValue 0 ms */
  readonly lingerMs?: number;
}

export interface EmbeddedPostgres {
  /** `postgres://` URL of the application's database, by way of a socket that only its user may open. */
  readonly url: string;
  /** E.g. "18.4". */
  readonly version: string;
  /** True when this process started the server, false when it joined a running one. */
  readonly owner: boolean;
  /** Leaves. The last one to leave, started by it or not, stops the server and waits for that. */
  stop(): Promise<void>;
}

/**
 * Starts the project's PostgreSQL, or joins the one that another process runs.
 *
 * @throws DiagnosticError when it cannot: binaries missing, data damaged or of another version,
 * directory or disk not usable, a setting that would open the server to others.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const clock = options.clock ?? systemClock;
  const startedMs = clock.monotonicMs();
  serverArguments("", "", options.settings ?? {}); // refuse a wrong setting before anything is made
  try {
    const place = await choosePlace(
      options.stateDir,
      options.sharedDir ?? "/var/lib/keelson",
      options.observe,
    );
    options.observe({ type: "database.starting", dataDir: place.dataDir });
    const started = await joinOrStart(place, options, clock);
    options.observe({
      type: "database.ready",
      version: started.version,
      tookMs: clock.monotonicMs() - startedMs,
    });
    return started;
  } catch (error) {
    throw explainFileError(error);
  }
}

const lookAgainMs = 20;
const startLimitMs = 5 * 60_000;
const startLimit = 10;

async function joinOrStart(place: Place, options: EmbeddedOptions, clock: Clock): Promise<EmbeddedPostgres> {
  const sinceMs = clock.monotonicMs();
  for (let starts = 0; starts < startLimit; ) {
    const joined = await join(place, options);
    if (joined !== null) return joined;
    const lock = tryStartLock(place.home);
    if (lock !== null) {
      starts++;
      try {
        // Whoever held the lock until now may have left us a server.
        const used = (await join(place, options)) ?? (await start(place, options, lock));
        if (used !== null) return used;
      } finally {
        lock.release();
      }
    }
    if (clock.monotonicMs() - sinceMs > startLimitMs) {
      throw embeddedError(
        "embedded-start-blocked",
        `Process ${startLockHolder(place.home)?.pid ?? "unknown"} has been starting the database for minutes.`,
        "See what it waits for, or end it.",
      );
    }
    await pause(lookAgainMs);
  }
  throw embeddedError(
    "embedded-start-failed",
    `PostgreSQL was started ${startLimit} times, and each time it was killed before it was ready.`,
    `See what kills it (too little memory?); its log is ${place.logFile}.`,
  );
}

async function join(place: Place, options: EmbeddedOptions): Promise<EmbeddedPostgres | null> {
  const from = logEnd(place.logFile);
  const presence = joinUsers(place.home);
  if (presence === null) return null;
  const pipe = usersPath(place.home, presence.generation);
  try {
    const secret = readOrMakeSecret(place.stateDir, true);
    const ready = await awaitReady(
      place,
      secret,
      options.database,
      () => !existsSync(pipe) || !hasReader(pipe),
    );
    if (ready !== null) return inUse(place, presence, options, { secret, from, owner: false, ...ready });
  } catch (error) {
    presence.leave();
    throw error;
  }
  presence.leave();
  return null;
}

/** Null when there is a server to join after all, or when it was killed before it was ready: look again. */
async function start(
  place: Place,
  options: EmbeddedOptions,
  lock: StartLock,
): Promise<EmbeddedPostgres | null> {
  const binaries = await findBinaries(place);
  if (!(await clearStale(place, options.observe))) return null;
  const hasData = existsSync(place.dataDir);
  const secret = readOrMakeSecret(place.stateDir, hasData);
  if (hasData) checkCluster(place.dataDir, binaries);
  else await initialiseCluster(place, binaries, secret, lock.generation);

  const args = serverArguments(place.dataDir, place.socketDir, options.settings ?? {});
  for (let attempt = 1; ; attempt++) {
    const from = logEnd(place.logFile);
    const { reader, presence } = await openUsers(place.home, lock.generation, place.account);
    const supervisor = superviseServer(place, lock.generation, reader, binaries.postgres, args);
    const failed = failureOf(supervisor);
    let ready: { version: string } | null;
    try {
      ready = await awaitReady(place, secret, options.database, () => failed.error !== null);
    } catch (error) {
      presence.leave();
      throw error;
    }
    if (ready !== null) return inUse(place, presence, options, { secret, from, owner: true, ...ready });
    presence.leave();
    if (failed.wasKilled) return null;
    await clearFailedStart(place, attempt, failed.error ?? "", from);
  }
}

interface Failure {
  error: string | null;
  wasKilled: boolean;
}

/** Tells when the supervisor is gone, which it is as soon as the server could not start. */
function failureOf(supervisor: ChildProcess): Failure {
  const failed: Failure = { error: null, wasKilled: false };
  supervisor.on("error", (error) => {
    failed.error = error.message;
  });
  supervisor.on("exit", (code, signal) => {
    failed.error ??= `it ended with status ${code ?? signal}`;
    failed.wasKilled = signal !== null || code === killedStatus;
  });
  return failed;
}

/** What a shell makes of a child that SIGKILL ended: not by its own fault. */
const killedStatus = 128 + 9;
const attemptEveryMs = 100;
const lastAttempt = 100;

/** Processes of a killed server may hold its memory for a while; anything else is a refusal. */
async function clearFailedStart(place: Place, attempt: number, error: string, from: number): Promise<void> {
  const said = readLog(place.logFile, from).text || error;
  if (!/pre-existing shared memory block/.test(said) || attempt === lastAttempt) {
    throw explainOutput("PostgreSQL's start", said, place.dataDir);
  }
  if (attempt === 10) await endLeftovers(place, "SIGQUIT");
  if (attempt === 20) await endLeftovers(place, "SIGKILL");
  await pause(attemptEveryMs);
}

interface Entry {
  readonly secret: string;
  readonly from: number;
  readonly owner: boolean;
  readonly version: string;
}

function inUse(place: Place, presence: Presence, options: EmbeddedOptions, entry: Entry): EmbeddedPostgres {
  const log = followLog(place.logFile, entry.from, options.observe);
  let stopping: Promise<void> | null = null;
  const leave = async () => {
    presence.leave(options.lingerMs);
    const ended = await awaitEnd(place, presence.generation, options.observe);
    log.stop();
    if (ended) options.observe({ type: "database.stopped", code: 0, expected: true });
  };
  return {
    url: socketUrl(place.socketDir, appRole, entry.secret, options.database),
    version: entry.version,
    owner: entry.owner,
    stop() {
      stopping ??= leave();
      return stopping;
    },
  };
}

/**
 * False when others go on using the server, true once it has ended: then its supervisor has removed the
 * pipe. Should that be gone, we end the server ourselves.
 */
async function awaitEnd(place: Place, generation: number, observe: Observe): Promise<boolean> {
  const pipes = [usersPath(place.home, generation), closingPath(place.home, generation)];
  for (let round = 1; ; round++) {
    if (!pipes.some((path) => existsSync(path))) return true;
    if (hasUsers(place.home, generation)) return false;
    if (round % 40 === 0 && !pipes.some(hasReader)) break;
    await pause(5);
  }
  const lock = tryStartLock(place.home);
  if (lock === null) return true; // whoever holds it is about to do this
  try {
    await clearStale(place, observe);
  } finally {
    lock.release();
  }
  return true;
}
