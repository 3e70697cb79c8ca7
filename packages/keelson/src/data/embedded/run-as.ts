import { spawn } from "node:child_process";

/**
 * The user and group the server runs as when this process is root: PostgreSQL refuses to run as root.
 * `null` everywhere means "as the current user".
 */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The environment of every process we start. Nothing is inherited: PG* variables would change what the
 * server does, and its processes have no business knowing the application's secrets.
 */
export const childEnvironment = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a short command to its end. Failing to start at all counts as an ending, with code null. */
export function runAs(
  account: ServerAccount | null,
  file: string,
  args: readonly string[],
): Promise<Finished> {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(file, args, {
      cwd: "/",
      env: childEnvironment,
      stdio: ["ignore", "pipe", "pipe"],
      ...account,
    });
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ code: null, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code, output }));
  });
}
