import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../bin/keelson.mjs", import.meta.url));

/** What a user's shell would have, without what this test run has set for itself. */
const cleanEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(KEELSON_|VITEST|NODE_|npm_|INIT_CWD$|HOST$|PORT$|DATABASE_URL$|FORCE_COLOR$)/.test(name),
  ),
);

export interface KeelsonOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What standard input holds; without it there is none. */
  readonly input?: string;
  /** Leave standard input open for more, after `input`. */
  readonly moreInput?: boolean;
}

/** The command line as a process of its own. */
export interface KeelsonProcess {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Waits until what it has printed so far, on either stream, matches; rejects when it ends without. */
  printed(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  /** How much it has printed: where to look `from` for what is still to come. */
  readonly length: number;
  kill(signal: NodeJS.Signals): void;
}

export function spawnKeelson(args: readonly string[], options: KeelsonOptions): KeelsonProcess {
  const child = spawn(process.execPath, ["--conditions=keelson-source", command, ...args], {
    cwd: options.cwd,
    env: { ...cleanEnvironment, NO_COLOR: "1", ...options.env },
    stdio: [options.input === undefined && !options.moreInput ? "ignore" : "pipe", "pipe", "pipe"],
  });
  // A process may end without having read it all.
  child.stdin?.on("error", () => {});
  if (options.moreInput) child.stdin?.write(options.input ?? "");
  else child.stdin?.end(options.input);
  const texts = { stdout: "", stderr: "", all: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      texts[name] += chunk;
      texts.all += chunk;
      for (const listener of listeners) listener();
    });
  let over = false;
  const ended = once(child, "close").then(([code, signal]) => {
    over = true;
    for (const listener of listeners) listener();
    return code ?? signal;
  });
  const printed = (pattern: RegExp, from = 0): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(texts.all.slice(from));
        if (!found && !over) return;
        listeners.delete(look);
        if (found) resolve(found);
        else
          reject(new Error(`keelson ${args.join(" ")} ended without ${pattern}; it printed:\n${texts.all}`));
      };
      listeners.add(look);
      look();
    });
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return texts.stdout;
    },
    get stderr() {
      return texts.stderr;
    },
    get length() {
      return texts.all.length;
    },
    ended,
    printed,
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs a command to its end. */
export async function runKeelson(
  args: readonly string[],
  options: KeelsonOptions,
): Promise<{ readonly code: number | NodeJS.Signals; readonly stdout: string; readonly stderr: string }> {
  const child = spawnKeelson(args, options);
  const code = await child.ended;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/** `keelson start` on a free port, once it answers; gives its URL. */
export async function startKeelson(
  options: KeelsonOptions,
): Promise<KeelsonProcess & { readonly url: string }> {
  const child = spawnKeelson(["start"], { ...options, env: { PORT: "0", ...options.env } });
  const [, url = ""] = await child.printed(/"server\.listening","url":"([^"]+)"/);
  return Object.assign(child, { url });
}
