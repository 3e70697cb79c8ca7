import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, vi } from "vitest";
import type { Block } from "./read-docs.ts";
import { isRunnable, prelude, preludeEnvironment, runScript, statusesIn, withoutStatuses } from "./shell.ts";
import { expectShown, patternOf } from "./shown.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Somebody who does what a guide says, block by block, from an empty folder. */
export interface Reader extends AsyncDisposable {
  follow(block: Block): Promise<void>;
}

/** What is printed by whatever a block has started or run. */
interface Screen {
  readonly text: () => string;
  /** Whether nothing can come any more. */
  readonly complete: () => boolean;
  /** How much of it was there before the last block. */
  from: number;
}

/**
 * | block | what the reader does |
 * |---|---|
 * | `sh run …` | runs it to its end; `curl` gets these statuses |
 * | `sh start` | starts it in a terminal of its own |
 * | `ts file=path` | saves it |
 * | `diff file=path` | changes the file; paragraphs are apart in it |
 * | `text output`, `json output` | finds it on the screen; `…` may be anything |
 */
export async function openReader(env: NodeJS.ProcessEnv): Promise<Reader> {
  // Below this folder, so that `keelson` resolves as it does for a user.
  const folder = mkdtempSync(join(here, ".guide-"));
  chmodSync(folder, 0o755); // root's embedded PostgreSQL runs as another user
  writeFileSync(join(folder, ".gitignore"), "*\n");
  const ports = new Map(
    await Promise.all(["3000", "3001"].map(async (port) => [port, await freePort()] as const)),
  );
  const onFreePort = (text: string): string =>
    text.replace(/(127\.0\.0\.1:|PORT=)(300[01])\b/g, (_all, before, port) => `${before}${ports.get(port)}`);
  const state = join(folder, ".state");
  writeFileSync(state, `cd ${quoted(folder)}\n`);
  const children: ChildProcess[] = [];
  const pending = new Map<string, string>();
  let screen: Screen | undefined;
  let server: Screen | undefined;

  const cwd = (): string => /^cd '(.+)'$/m.exec(readFileSync(state, "utf8"))?.[1] ?? folder;
  const environment = {
    ...env,
    PORT: ports.get("3000"),
    NODE_OPTIONS: "--conditions=keelson-source",
    NO_COLOR: "1",
  };

  const run = async ({ text, marks, place }: Block): Promise<void> => {
    const keep = `{ export -p; echo "cd '$PWD'"; } > ${quoted(state)}`;
    const script = `source ${quoted(state)}\n${onFreePort(text)}\n${keep}`;
    const { stdout, stderr } = await runScript(script, folder, environment);
    expect(statusesIn(stderr), `${place}\n${stdout}\n${stderr}`).toEqual(marks.slice(1));
    const printed = stdout + withoutStatuses(stderr);
    screen = { text: () => printed, complete: () => true, from: 0 };
    takeSources(cwd());
  };
  const start = ({ text }: Block): void => {
    const script = `${prelude}\nsource ${quoted(state)}\n${onFreePort(text)}`;
    const child = spawn("bash", ["-c", script], {
      cwd: folder,
      env: { ...environment, ...preludeEnvironment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a process group, as in a terminal
    });
    children.push(child);
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        printed += chunk;
      });
    server = { text: () => printed, complete: () => child.exitCode !== null, from: 0 };
    screen = server;
  };
  const save = ({ language, text, marks }: Block): void => {
    const path = join(cwd(), marks[0]?.slice("file=".length) ?? "");
    const before = pending.get(path) ?? (existsSync(path) ? readFileSync(path, "utf8") : "");
    pending.set(path, onFreePort(language === "diff" ? applied(before, text) : `${text}\n`));
  };
  // All at once, and unseen by what watches until then, so that there is one reload.
  const flush = (): void => {
    if (pending.size === 0) return;
    signal(children[0], "SIGSTOP");
    for (const [path, text] of pending) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    pending.clear();
    if (server) server.from = server.text().length;
    screen = server;
    signal(children[0], "SIGCONT");
  };
  const see = async ({ language, text, place }: Block): Promise<void> => {
    const from = screen?.from ?? 0;
    const shown = () => screen?.text().slice(from) ?? "";
    if (language === "json") return expectShown(onFreePort(text), language, shown(), place);
    const pattern = patternOf(onFreePort(text));
    await vi.waitUntil(() => pattern.test(shown()) || screen?.complete(), { timeout: 60_000 });
    expectShown(onFreePort(text), language, shown(), place);
  };

  return {
    async follow(block) {
      if (block.marks[0]?.startsWith("file=")) return save(block);
      flush();
      if (isRunnable(block)) return run(block);
      if (block.marks[0] === "start") return start(block);
      if (block.marks[0] === "output") return see(block);
      if (block.marks[0] !== "no-check") throw new Error(`${block.place}: nobody knows what to do with it`);
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) await ended(child);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

/** The project's own compiler is to see keelson's sources, as Node does here. */
function takeSources(project: string): void {
  const path = join(project, "tsconfig.json");
  if (!existsSync(path)) return;
  const text = readFileSync(path, "utf8");
  if (text.includes("customConditions")) return;
  writeFileSync(path, text.replace('"noEmit"', '"customConditions": ["keelson-source"],\n    "noEmit"'));
}

/** Replaces each paragraph's old lines by its new ones. @throws Error where the old ones are not there */
function applied(before: string, diff: string): string {
  return diff.split(/\n\s*\n/).reduce((text, part) => {
    const lines = part.split("\n");
    const side = (sign: string) =>
      lines
        .filter((line) => line.startsWith(sign) || line.startsWith(" "))
        .map((line) => `${line.slice(1)}\n`)
        .join("");
    if (!text.includes(side("-"))) throw new Error(`this is not there:\n${side("-")}\nin:\n${text}`);
    return text.replace(side("-"), () => side("+"));
  }, before);
}

function signal(child: ChildProcess | undefined, name: NodeJS.Signals): void {
  if (child?.pid === undefined || child.exitCode !== null) return;
  process.kill(-child.pid, name);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  signal(child, "SIGINT");
  await closed;
}

const quoted = (path: string): string => `'${path}'`;

function freePort(): Promise<string> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(`${typeof address === "object" ? address?.port : ""}`));
    });
  });
}
