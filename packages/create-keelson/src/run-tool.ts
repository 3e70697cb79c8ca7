import { spawnSync } from "node:child_process";

/** How a tool ended. */
export interface ToolResult {
  readonly ok: boolean;
  /** In a few words, e.g. "npm ended with exit code 1". */
  readonly how: string;
}

/** Runs a command line to its end; with `quiet`, what it prints is dropped. */
export function runTool(command: string, folder: string, { quiet = false } = {}): ToolResult {
  const [program = "", ...args] = command.split(" ");
  const result = spawnSync(program, args, {
    cwd: folder,
    // What tools print is for people here, and so belongs to standard error.
    stdio: quiet ? "ignore" : ["ignore", 2, 2],
    // On Windows they are .cmd files, which only a shell starts.
    shell: process.platform === "win32",
    env: toolEnvironment(),
  });
  if (result.status === 0) return { ok: true, how: `${program} went well` };
  const { code } = (result.error ?? {}) as NodeJS.ErrnoException;
  if (code === "ENOENT") return { ok: false, how: `${program} is not installed` };
  const end = result.signal ?? (result.status === null ? String(code) : `exit code ${result.status}`);
  return { ok: false, how: `${program} ended with ${end}` };
}

/** Without what `npm create` has set for us: its own options are not meant for the new project. */
function toolEnvironment(): NodeJS.ProcessEnv {
  const own = /^npm_(config_(local_prefix|prefix|package|call|yes)|lifecycle_|package_|command)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
