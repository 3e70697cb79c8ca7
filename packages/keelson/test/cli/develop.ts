import { createServer } from "node:net";
import type { KeelsonProcess } from "../support/spawn-keelson.ts";
import { notes, openProject, type TemporaryProject } from "./temporary-project.ts";

export const reloaded = /reloaded in \d+ ms/;

export interface Development extends AsyncDisposable {
  readonly project: TemporaryProject;
  readonly env: Readonly<Record<string, string>>;
  readonly server: KeelsonProcess;
  readonly url: string;
  /** Saves the declarations and waits for what is printed next. */
  save(backend: string, expected: RegExp): Promise<void>;
}

export const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return String(port);
};

/** `keelson dev` on a database of its own, once it has shown its banner. */
export async function develop(
  backend = notes(),
  files: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<Development> {
  const project = await openProject({ "backend.ts": backend, ...files });
  const env = { DATABASE_URL: await project.newDatabase(), PORT: await freePort() };
  const server = project.spawn(["dev", ...args], env);
  await server.printed(/Try it:\n\n[\s\S]+?\n\n/);
  return {
    project,
    env,
    server,
    url: `http://127.0.0.1:${env.PORT}`,
    save: async (text, expected) => {
      const from = server.length;
      await project.write({ "backend.ts": text });
      await server.printed(expected, from);
    },
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGTERM");
      await server.ended;
      await project[Symbol.asyncDispose]();
    },
  };
}
