import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { childEnvironment } from "./run-as.ts";

/**
 * Names one process for good. A pid alone does not: it is given out again after a reboot or, in a
 * container that counts from 1 each time, at once.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** The living process with this pid, or null. A zombie is dead: it only waits to be reaped. */
export function identify(pid: number): ProcessIdentity | null {
  const started = process.platform === "linux" ? startedOnLinux(pid) : startedElsewhere(pid);
  return started === null ? null : { pid, started };
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.started === process.started;
}

/**
 * True when this pid is a living process that was started with `argument` among its arguments. That is
 * how we know our own: a working directory is hidden even from root in a container without
 * CAP_SYS_PTRACE.
 */
export function wasStartedWith(pid: number, argument: string): boolean {
  if (identify(pid) === null) return false;
  if (process.platform !== "linux") return ps(pid, "command=")?.includes(argument) ?? false;
  return readOrNull(`/proc/${pid}/cmdline`)?.split("\0").includes(argument) ?? false;
}

function startedOnLinux(pid: number): string | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command name may hold spaces and parentheses: count fields from behind its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  const boot = readOrNull("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return `${boot}:${fields[19]}`;
}

function startedElsewhere(pid: number): string | null {
  const line = ps(pid, "stat=,lstart=")?.trim();
  if (!line || line.startsWith("Z")) return null;
  return line.replace(/^\S+\s+/, "");
}

function ps(pid: number, format: string): string | null {
  try {
    return execFileSync("ps", ["-ww", "-o", format, "-p", String(pid)], {
      env: childEnvironment,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
