import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../bin/keelson.mjs", import.meta.url));

/** `script` gives a program a terminal of its own; its options are those of Linux. */
export const hasTerminal = process.platform === "linux";

/** The command line in a terminal, with somebody who types. */
export interface Terminal {
  readonly child: ChildProcess;
  /** Everything on the screen so far, control characters included. */
  readonly screen: string;
  readonly ended: Promise<number | null>;
  type(text: string): void;
  shows(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
}

export function openTerminal(
  args: readonly string[],
  {
    cwd,
    env = {},
    program = command,
  }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly program?: string },
): Terminal {
  const parts = [process.execPath, "--conditions=keelson-source", program, ...args];
  // A shell that stays between would hear Ctrl-C too, and some report that instead of how the program ended.
  const line = `exec ${parts.map((part) => `'${part}'`).join(" ")}`;
  const { NO_COLOR: _, ...inherited } = process.env;
  const child = spawn("script", ["-qec", line, "/dev/null"], {
    cwd,
    env: { ...inherited, NODE_ENV: "", SHELL: "/bin/sh", TERM: "xterm", COLUMNS: "120", ...env },
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  let screen = "";
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    screen += chunk;
    for (const listener of listeners) listener();
  });
  child.stdin.on("error", () => {});
  let over = false;
  const ended = once(child, "close").then(([code]) => {
    over = true;
    for (const listener of listeners) listener();
    return code;
  });
  return {
    child,
    get screen() {
      return screen;
    },
    ended,
    type: (text) => void child.stdin.write(text),
    shows: (pattern, from = 0) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(screen.slice(from));
          if (!found && !over) return;
          listeners.delete(look);
          if (found) resolve(found);
          else reject(new Error(`it ended without ${pattern}:\n${screen}`));
        };
        listeners.add(look);
        look();
      }),
  };
}
