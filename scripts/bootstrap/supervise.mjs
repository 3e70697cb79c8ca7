import { spawn } from "node:child_process";
import { constants } from "node:os";

const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
const orphanCheckMs = 200;

/**
 * Runs a command in the foreground and answers with its exit code. A signal sent to us goes to the
 * command, and we outlive it: npm and the shell must not return before it has drained. The exception
 * is Ctrl-C, which a terminal sends to the whole process group: forwarding it would press it twice.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 * @returns {Promise<number>}
 */
export function run(command, args, options) {
  const child = spawn(command, args, { stdio: "inherit", ...options });
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    if (signal === "SIGTERM" || !onTerminal) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  const watch = onOrphaned(() => child.kill("SIGTERM"));

  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/**
 * Starts a program that is only of use while another one runs. It holds our pipe as its standard input, and so ends
 * with us, however we end.
 *
 * @param {string} command
 * @param {string} file
 * @param {import("node:child_process").SpawnOptions} options
 */
export function startBeside(command, file, options) {
  const child = spawn(command, [file], { ...options, stdio: ["pipe", "inherit", "inherit"] });
  // Where it does not start, what needs it says so.
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  return { end: () => void child.stdin?.end() };
}

/**
 * npm passes SIGTERM to the shell between it and us, and many a shell dies without passing it on. Then
 * the kernel gives us another parent, which says the same.
 *
 * @param {() => void} stop
 */
function onOrphaned(stop) {
  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event) return undefined;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, orphanCheckMs);
  return watch;
}
