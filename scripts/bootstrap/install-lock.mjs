/**
 * One install at a time per checkout.
 *
 *   free ── create the file ──> held ── remove it ──> free
 *   held by a process that died ── a waiter removes the file ──> free
 *
 * The file holds its owner's token. Two waiters may find the same dead owner, and the slower could
 * remove the file the faster has just made; so whoever made it looks again after a moment.
 */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./root.mjs";
import { say } from "./say.mjs";

const path = join(root, ".keelson/install.lock");
const heartbeatMs = 1_000;
/** A holder on another machine or in another container is judged by its heartbeat alone. */
const silentMs = 15_000;
const settleMs = 100;

/**
 * @param {() => Promise<void>} work
 * @returns {Promise<void>}
 */
export async function withInstallLock(work) {
  const token = JSON.stringify({ pid: process.pid, host: hostname() });
  await acquire(token);
  const heartbeat = setInterval(() => touch(), heartbeatMs);
  const release = () => rmSync(path, { force: true });
  process.on("exit", release);
  try {
    await work();
  } finally {
    clearInterval(heartbeat);
    process.off("exit", release);
    release();
  }
}

/** @param {string} token */
async function acquire(token) {
  mkdirSync(dirname(path), { recursive: true });
  for (let attempt = 0; ; attempt++) {
    if (create(token)) {
      await sleep(settleMs);
      if (holder() === token) return;
    } else if (holderIsGone()) {
      rmSync(path, { force: true });
    } else {
      if (attempt === 0) say("another run is installing dependencies; waiting for it");
      await sleep(settleMs);
    }
  }
}

/**
 * @param {string} token
 * @returns {boolean} false when someone holds the lock
 */
function create(token) {
  try {
    writeFileSync(path, token, { flag: "wx" });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

function holder() {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function holderIsGone() {
  try {
    const silence = Date.now() - statSync(path).mtimeMs;
    if (silence > silentMs) return true;
    const { pid, host } = JSON.parse(readFileSync(path, "utf8"));
    return host === hostname() && !isAlive(pid);
  } catch {
    return false; // released, or not written yet: look again
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

function touch() {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Taken away by hand; the install goes on.
  }
}
