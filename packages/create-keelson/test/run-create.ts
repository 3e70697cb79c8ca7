import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const program = fileURLToPath(new URL("../bin/create-keelson.mjs", import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder to make projects in. */
export interface Workshop extends Disposable {
  readonly dir: string;
  create(
    args: readonly string[],
    options?: { env?: Record<string, string>; user?: number; node?: string[] },
  ): Result;
  /** Everything below a folder that is not git's, sorted. */
  files(folder?: string): readonly string[];
}

export function openWorkshop(): Workshop {
  const dir = mkdtempSync(join(tmpdir(), "create keelson "));
  const { npm_config_user_agent: _agent, ...inherited } = process.env;
  return {
    dir,
    create: (args, { env = {}, user, node = [] } = {}) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [...node, program, ...args], {
        cwd: dir,
        env: { ...inherited, NO_COLOR: "1", ...env },
        encoding: "utf8",
        ...(user === undefined ? {} : { uid: user, gid: user }),
      });
      return { code: status, stdout, stderr };
    },
    files: (folder = "") =>
      readdirSync(join(dir, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(dir, folder).length + 1))
        .filter((path) => !path.startsWith(".git/"))
        .toSorted(),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
