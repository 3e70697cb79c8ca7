import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, it } from "vitest";
import {
  childrenOf,
  isGone,
  isRoot,
  madeStateDir,
  makeDirectory,
  parentOf,
  postmasterOf,
  query,
  startUser,
  type UserProcess,
  until,
} from "./workshop.ts";

const onLinux = process.platform === "linux";

async function started(): Promise<{ stateDir: string; dataDir: string; user: UserProcess; url: string }> {
  const stateDir = await madeStateDir();
  const user = startUser(stateDir);
  const { url } = await user.using;
  return { stateDir, dataDir: join(stateDir, "postgres", "data"), user, url };
}

const kill = (pid: number) => process.kill(pid, "SIGKILL");
const recoveries = (user: UserProcess) =>
  user.lines.flatMap((line) => (line.type === "database.recovered" ? [line.detail] : []));

describe.runIf(onLinux)("recovery", { timeout: 60_000 }, () => {
  it("answers again at the same URL, nothing lost, after kill -9 of PostgreSQL", async () => {
    const { dataDir, user, url } = await started();
    await query(url, "CREATE TABLE kept AS SELECT 1 AS id");
    const killed = postmasterOf(dataDir);
    kill(killed);
    expect(await until(() => query(url, "SELECT id FROM kept"))).toEqual([{ id: 1 }]);
    expect(postmasterOf(dataDir)).not.toBe(killed);
    await until(() => user.lines.some((line) => line.type === "database.recovered"));
    expect(user.lines).toContainEqual({ type: "database.stopped", code: 137, expected: false });
    expect(await user.stop()).toBe(0);
    expect(existsSync(join(dataDir, "postmaster.pid"))).toBe(false);
  });

  it("recovers when everything was killed at once, even with a busy backend left over", async () => {
    const { stateDir, dataDir, user, url } = await started();
    await query(url, "CREATE TABLE kept AS SELECT 1 AS id");
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const backend = rows[0]?.pid ?? Number.NaN;
    // A stopped process notices nothing, like one deep in a computation.
    process.kill(backend, "SIGSTOP");
    const postmaster = postmasterOf(dataDir);
    const supervisor = parentOf(postmaster);
    for (const pid of [...childrenOf(supervisor), supervisor]) kill(pid);
    user.child.kill("SIGKILL");
    await until(() => isGone(postmaster));
    expect(isGone(backend)).toBe(false);

    const next = startUser(stateDir);
    expect(await query((await next.using).url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
    expect(isGone(backend)).toBe(true);
    expect(recoveries(next).join()).toMatch(/automatic recovery/);
    expect(await next.stop()).toBe(0);
    await client.end().catch(() => {});
  });

  it("stops a server whose supervisor was killed before it starts another", async () => {
    const { stateDir, dataDir, user, url } = await started();
    await query(url, "CREATE TABLE kept AS SELECT 1 AS id");
    const postmaster = postmasterOf(dataDir);
    const supervisor = parentOf(postmaster);
    for (const pid of [...childrenOf(supervisor), supervisor]) if (pid !== postmaster) kill(pid);
    user.child.kill("SIGKILL");
    await user.ended;
    expect(isGone(postmaster)).toBe(false);

    const next = startUser(stateDir);
    expect(await query((await next.using).url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
    expect(isGone(postmaster)).toBe(true);
    expect(recoveries(next).join()).toMatch(`stopping server ${postmaster}`);
    expect(await next.stop()).toBe(0);
  });

  it("ends the server itself when the supervisor is gone at the end", async () => {
    const { dataDir, user } = await started();
    const postmaster = postmasterOf(dataDir);
    const supervisor = parentOf(postmaster);
    for (const pid of [...childrenOf(supervisor), supervisor]) if (pid !== postmaster) kill(pid);
    expect(await user.stop()).toBe(0);
    expect(isGone(postmaster)).toBe(true);
  });

  it("is not deceived by a lock that names a process which is no server", async () => {
    const { stateDir, dataDir, user } = await started();
    const lock = readFileSync(join(dataDir, "postmaster.pid"), "utf8");
    const uid = isRoot ? { uid: 60_800 } : {};
    await user.stop();
    // What a container finds after a restart: the old pid, now some other process of the same user.
    const other = spawn("sleep", ["60"], uid);
    writeFileSync(join(dataDir, "postmaster.pid"), lock.replace(/^\d+/, String(other.pid)));
    writeFileSync(
      join(stateDir, "postgres", "socket", ".s.PGSQL.5432.lock"),
      lock.replace(/^\d+/, String(other.pid)),
    );
    try {
      const next = startUser(stateDir);
      await next.using;
      expect(recoveries(next).join()).toMatch(`named process ${other.pid}`);
      expect(await next.stop()).toBe(0);
      expect(other.exitCode ?? other.signalCode).toBe(null);
    } finally {
      other.kill();
    }
  });

  it("begins afresh when it was killed while it made the database", async () => {
    const stateDir = join(makeDirectory(), ".keelson");
    const home = join(stateDir, "postgres");
    const user = startUser(stateDir);
    await until(() => readdirSync(home).some((name) => existsSync(join(home, name, "data", "global"))));
    user.child.kill("SIGKILL");
    await user.ended;
    expect(existsSync(join(home, "data"))).toBe(false);

    const next = startUser(stateDir);
    expect(await query((await next.using).url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await next.stop()).toBe(0);
    // The orphaned initdb may write on for a moment; then a start sweeps up.
    await until(async () => {
      const later = startUser(stateDir);
      await later.using;
      await later.stop();
      return !readdirSync(home).some((name) => name.startsWith("new-"));
    });
  });

  it("overcomes locks and pipes of the dead, also when two processes try", async () => {
    const { stateDir, user } = await started();
    const home = join(stateDir, "postgres");
    await user.stop();
    writeFileSync(join(home, "start.900"), JSON.stringify({ pid: process.pid, started: "another boot:1" }));
    mkdirSync(join(home, "new-899"));
    execFileSync("mkfifo", [join(home, "users.899"), join(home, "closing.898")]);
    const pair = [startUser(stateDir), startUser(stateDir)];
    const using = await Promise.all(pair.map((one) => one.using));
    expect(using.map(({ owner }) => owner).sort()).toEqual([false, true]);
    expect(
      readdirSync(home)
        .filter((name) => /^(users|closing|start|new)/.test(name))
        .sort(),
    ).toEqual([expect.stringMatching(/^start\.90[1-3]$/), expect.stringMatching(/^users\.90[1-3]$/)]);
    await Promise.all(pair.map((one) => one.stop()));
  });
});
