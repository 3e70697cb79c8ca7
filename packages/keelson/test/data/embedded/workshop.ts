import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach } from "vitest";
import { startEmbedded } from "../../../src/data/embedded/start-embedded.ts";
import type { Observation } from "../../../src/observe/observation.ts";

export const isRoot = process.getuid?.() === 0;

type Line =
  | Observation
  | { type: "using"; url: string; owner: boolean }
  | { type: "refused"; message: string };

export interface UserProcess {
  readonly child: ChildProcess;
  readonly lines: Line[];
  /** Resolves when it uses the server; rejects when it was refused. */
  readonly using: Promise<{ url: string; owner: boolean }>;
  readonly ended: Promise<number | null>;
  stop(): Promise<number | null>;
}

/** Directories and processes of one test, removed behind it. */
const leftBehind: (() => unknown)[] = [];
afterEach(async () => {
  for (const remove of leftBehind.splice(0).reverse()) await remove();
});

/** A directory that every user may pass through. */
export function makeDirectory(): string {
  const directory = mkdtempSync("/tmp/keelson-embedded-");
  chmodSync(directory, 0o755);
  leftBehind.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return directory;
}

let template: Promise<string> | null = null;
const templates: string[] = [];
afterAll(() => {
  for (const directory of templates) rmSync(directory, { recursive: true, force: true });
});

/**
 * A state directory with a database as a stopped server leaves it. Copied from one that is made once
 * for each test file: initdb would be most of a test's time.
 */
export async function madeStateDir(): Promise<string> {
  template ??= makeTemplate();
  const stateDir = join(makeDirectory(), ".keelson");
  execFileSync("cp", ["-a", await template, stateDir]);
  return stateDir;
}

async function makeTemplate(): Promise<string> {
  const directory = mkdtempSync("/tmp/keelson-embedded-");
  chmodSync(directory, 0o755);
  templates.push(directory);
  const stateDir = join(directory, ".keelson");
  const postgres = await startEmbedded({ stateDir, database: "app", observe: () => {} });
  await postgres.stop();
  return stateDir;
}

export function startUser(
  stateDir: string,
  options: { sharedDir?: string; uid?: number; gid?: number; detached?: boolean } = {},
): UserProcess {
  const { sharedDir = `${stateDir}-shared`, ...identity } = options;
  const child = spawn(process.execPath, [join(import.meta.dirname, "user-process.ts"), stateDir, sharedDir], {
    cwd: "/",
    stdio: ["pipe", "pipe", "inherit"],
    ...identity,
  });
  const lines: Line[] = [];
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  leftBehind.push(() => {
    child.kill("SIGKILL");
    return ended;
  });
  const using = new Promise<{ url: string; owner: boolean }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if (line.type === "using") resolve(line);
      if (line.type === "refused") reject(new Error(line.message));
    });
    void ended.then((code) => reject(new Error(`ended with ${code} before it used the server`)));
  });
  using.catch(() => {}); // some tests kill it first
  const stop = () => {
    child.stdin?.write("stop\n");
    return ended;
  };
  return { child, lines, using, ended, stop };
}

export async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Waits for a state that is certain to come; the test's own time limit ends a vain wait. */
export async function until<T>(probe: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
    } catch {
      // Not yet.
    }
    await pause(10);
  }
}

export function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, "postmaster.pid"), "utf8"), 10);
}

/** A zombie counts as gone. */
export function isGone(pid: number): boolean {
  try {
    return / [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8").slice(-400).split(")").pop() ?? "");
  } catch {
    return true;
  }
}

export function parentOf(pid: number): number {
  return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        return parentOf(candidate) === pid;
      } catch {
        return false;
      }
    });
}
