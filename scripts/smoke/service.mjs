import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const readyWithinMs = 60_000;
const stoppedWithinMs = 30_000;

/**
 * @typedef {object} Service
 * @property {string} url
 * @property {() => string} output all that it has printed
 * @property {() => Promise<boolean>} ready waits until it answers; false when it ends before
 * @property {(signal: NodeJS.Signals) => Promise<number | string | null>} stop gives exit code or signal
 */

/**
 * Starts a server on a free port, in a process group of its own: a signal goes to all of the group, as
 * from a terminal.
 *
 * @param {string} cwd
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Service>}
 */
export async function startService(cwd, [program = "", ...args], env = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env, PORT: `${port}` },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
  let over = false;
  /** @type {Promise<number | string | null>} */
  const ended = new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      over = true;
      resolve(code ?? signal);
    });
  });
  /** @param {NodeJS.Signals} signal */
  const signalGroup = (signal) => {
    try {
      process.kill(-(child.pid ?? 0), signal);
    } catch {
      // Gone already.
    }
  };
  process.once("exit", () => signalGroup("SIGKILL"));
  return {
    url,
    output: () => text,
    ready: () =>
      until(
        async () => (await fetch(`${url}/readyz`)).ok,
        () => over,
      ),
    stop: (signal) => {
      signalGroup(signal);
      return Promise.race([ended, sleep(stoppedWithinMs, "still running", { ref: false })]);
    },
  };
}

/**
 * Asks again and again, until it holds, there is no point any more, or a minute has passed. A question that
 * cannot be asked does not hold.
 *
 * @param {() => Promise<boolean>} holds
 * @param {() => boolean} [pointless]
 * @returns {Promise<boolean>}
 */
export async function until(holds, pointless = () => false) {
  for (const startedMs = performance.now(); performance.now() - startedMs < readyWithinMs; await sleep(50)) {
    if (pointless()) return false;
    if (await holds().catch(() => false)) return true;
  }
  return false;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
