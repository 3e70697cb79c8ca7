import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Block, repository } from "./read-docs.ts";

/** What a reader needs to follow the pages. A checkout can be tested without; where changes are judged it cannot. */
export const absentTools = ["bash", "curl", "jq"].filter(
  (tool) => spawnSync(tool, ["--version"]).error !== undefined,
);

/** A block that is run to its end: ```` ```sh run 200 404 ````, with the statuses that `curl` gets. */
export const isRunnable = ({ language, marks }: Block): boolean => language === "sh" && marks[0] === "run";

/** `curl` tells its status beside what it prints; `npm`, `npx keelson` and `node` are those of this checkout. */
export const prelude = `
set -e -o pipefail
curl() { command curl --max-time 20 -w '%{stderr}status %{http_code}\\n' "$@"; }
node() { "$NODE" "$@"; }
npx() { shift; "$NODE" --conditions=keelson-source "$KEELSON" "$@"; }
npm() {
  case "$1" in
    create) "$NODE" "$CREATE" "$3" --yes --no-install --no-git ;;
    run) shift; "$NODE" --run "$1" -- "\${@:2}" ;;
    *) "$NODE" --run "$1" ;;
  esac
}
`;

/** What the prelude needs. */
export const preludeEnvironment = {
  NODE: process.execPath,
  KEELSON: join(repository, "packages/keelson/bin/keelson.mjs"),
  CREATE: join(repository, "packages/create-keelson/bin/create-keelson.mjs"),
};

/** Ran to its end with exit code 0. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script in bash, after the prelude. @throws Error with all that was printed, unless the exit code is 0 */
export async function runScript(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const child = spawn("bash", ["-c", `${prelude}\n${script}`], {
    cwd,
    env: { ...env, ...preludeEnvironment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the shell ended with ${code}:\n${script}\n${stderr}\n${stdout}`);
  return { stdout, stderr };
}

/** The statuses that `curl` has told, in their order. */
export const statusesIn = (stderr: string): readonly string[] =>
  [...stderr.matchAll(/^status (\d{3})$/gm)].map(([, status = ""]) => status);

export const withoutStatuses = (stderr: string): string => stderr.replaceAll(/^status \d{3}\n/gm, "");
