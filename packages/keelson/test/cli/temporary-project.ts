import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase, dropDatabase } from "../../src/data/embedded/create-database.ts";
import { testPostgres } from "../support/postgres.ts";
import { killAll, processesNaming } from "../support/process-tree.ts";
import { type KeelsonProcess, runKeelson, spawnKeelson } from "../support/spawn-keelson.ts";

type Env = Readonly<Record<string, string>>;

/** A project as a user has it: a folder with a back end in it, and Keelson installed. */
export interface TemporaryProject extends AsyncDisposable {
  readonly dir: string;
  /** Writes files; a name may contain folders. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  run(args: readonly string[], env?: Env, input?: string): ReturnType<typeof runKeelson>;
  /** @param moreInput - what standard input begins with; it stays open */
  spawn(args: readonly string[], env?: Env, moreInput?: string): KeelsonProcess;
  /** A database on the test run's server, dropped afterwards; the URL goes into `DATABASE_URL`. */
  newDatabase(): Promise<string>;
}

/** A small model to begin with; `fields` are more lines for its one resource. */
export const notes = (fields = "", extra = ""): string => `
import { and, backend, boolean, eq, everyone, integer, resource, text } from "keelson";

const note = resource("note", {
  fields: {
    owner: text({ max: 200 }),
    title: text({ max: 200 }),
    ${fields}
  },
  access: {
    read: everyone,
    create: (row, caller) => and(caller.is("writer"), eq(row.owner, caller.id)),
    update: (_row, caller) => caller.is("editor"),
  },
  list: { filter: ["title"], sort: ["title"] },
});

export default backend({ name: "notes", resources: [note], ${extra} });
`;

export async function openProject(
  files: Readonly<Record<string, string>> = { "backend.ts": notes() },
): Promise<TemporaryProject> {
  const dir = await mkdtemp(join(tmpdir(), "keelson-project-"));
  // An embedded server that root starts runs as another user, who would have to go elsewhere.
  await chmod(dir, 0o755);
  const undo: (() => Promise<unknown>)[] = [];
  const write: TemporaryProject["write"] = async (texts) => {
    for (const [name, text] of Object.entries(texts)) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), text);
    }
  };
  await mkdir(join(dir, "node_modules"));
  await symlink(fileURLToPath(new URL("../..", import.meta.url)), join(dir, "node_modules/keelson"));
  await write({ "package.json": '{ "type": "module" }', ...files });
  return {
    dir,
    write,
    run: (args, env = {}, input) =>
      runKeelson(args, { cwd: dir, env, ...(input === undefined ? {} : { input }) }),
    spawn: (args, env = {}, moreInput) =>
      spawnKeelson(args, {
        cwd: dir,
        env,
        ...(moreInput === undefined ? {} : { input: moreInput, moreInput: true }),
      }),
    newDatabase: async () => {
      const postgres = await testPostgres();
      const name = `cli_${randomBytes(6).toString("hex")}`;
      undo.push(async () => {
        await dropDatabase(postgres.url, name);
        await postgres.stop();
      });
      return createDatabase(postgres.url, name);
    },
    [Symbol.asyncDispose]: async () => {
      // Whatever a failed test has left, its command line names the project or its state.
      killAll(processesNaming(dir));
      for (const each of undo) await each();
      await rm(dir, { recursive: true, force: true, maxRetries: 50, retryDelay: 50 });
    },
  };
}
