import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const program = "/usr/sbin/pgbouncer";

/** Whether there is a PgBouncer to test with. */
export const hasPgBouncer = existsSync(program);

export interface PgBouncer extends AsyncDisposable {
  /** The same database, through the pooler. */
  readonly url: string;
}

/** PgBouncer in transaction mode in front of the server of a database, with few connections to share. */
export async function startPgBouncer(target: string, serverConnections: number): Promise<PgBouncer> {
  const { hostname, port, username, password, pathname } = new URL(target);
  const dir = await mkdtemp(join(tmpdir(), "keelson-pgbouncer-"));
  await chmod(dir, 0o755);
  const listenPort = await freePort();
  await writeFile(join(dir, "users.txt"), `"${username}" "${decodeURIComponent(password)}"\n`);
  await writeFile(
    join(dir, "pgbouncer.ini"),
    [
      "[databases]",
      `* = host='${decodeURIComponent(hostname)}' port=${port || 5432}`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${listenPort}`,
      "unix_socket_dir =",
      "auth_type = trust",
      `auth_file = ${dir}/users.txt`,
      "pool_mode = transaction",
      `default_pool_size = ${serverConnections}`,
      "max_client_conn = 200",
      "",
    ].join("\n"),
  );
  const account = await accountFor(decodeURIComponent(hostname));
  // Its output goes to a file: a pipe of ours would keep the test run waiting if it outlived us.
  const log = await open(join(dir, "log"), "w");
  const child = spawn(program, [join(dir, "pgbouncer.ini")], {
    ...account,
    stdio: ["ignore", log.fd, log.fd],
  });
  await log.close();
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const stop = async (): Promise<void> => {
    process.off("exit", endWithUs);
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    }
    await rm(dir, { recursive: true });
  };
  const url = `postgres://${username}:${password || "x"}@127.0.0.1:${listenPort}${pathname}`;
  try {
    await untilItAnswers(url);
  } catch (cause) {
    const said = await readFile(join(dir, "log"), "utf8");
    await stop();
    throw new Error(`PgBouncer does not answer. It says:\n${said}`, { cause });
  }
  return { url, [Symbol.asyncDispose]: stop };
}

/** PgBouncer refuses to run as root; whoever owns the server's socket may use it. */
async function accountFor(host: string): Promise<{ readonly uid?: number; readonly gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const owner = host.startsWith("/") ? await stat(host) : { uid: 0, gid: 0 };
  return owner.uid === 0 ? { uid: 65_534, gid: 65_534 } : { uid: owner.uid, gid: owner.gid };
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query("select 1");
      return;
    } catch (error) {
      if (attempt > 100 || (error as { code?: unknown }).code !== "ECONNREFUSED") throw error;
      await sleep(20);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
