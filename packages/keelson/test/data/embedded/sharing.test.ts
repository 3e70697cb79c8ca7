import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isGone, madeStateDir, makeDirectory, postmasterOf, query, startUser, until } from "./workshop.ts";

async function place() {
  const stateDir = await madeStateDir();
  return { stateDir, dataDir: join(stateDir, "postgres", "data") };
}

describe("several processes and one server", { timeout: 60_000 }, () => {
  it("has exactly one owner when they start at once, and lives until the last one leaves", async () => {
    const stateDir = join(makeDirectory(), ".keelson"); // empty: they also race to make the database
    const dataDir = join(stateDir, "postgres", "data");
    const users = Array.from({ length: 3 }, () => startUser(stateDir));
    const using = await Promise.all(users.map((user) => user.using));
    expect(using.filter(({ owner }) => owner)).toHaveLength(1);
    expect(new Set(using.map(({ url }) => url)).size).toBe(1);
    const url = using[0]?.url ?? "";
    const postmaster = postmasterOf(dataDir);

    const owner = users.splice(
      using.findIndex((use) => use.owner),
      1,
    )[0];
    expect(await owner?.stop()).toBe(0);
    expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);

    const [second, third] = users;
    second?.child.kill("SIGKILL");
    await second?.ended;
    const late = startUser(stateDir);
    expect(await late.using).toEqual({ type: "using", url, owner: false });
    expect(await third?.stop()).toBe(0);
    expect(postmasterOf(dataDir)).toBe(postmaster);

    expect(await late.stop()).toBe(0);
    expect(isGone(postmaster)).toBe(true);
    expect(late.lines.at(-1)).toEqual({ type: "database.stopped", code: 0, expected: true });
    expect(existsSync(join(dataDir, "postmaster.pid"))).toBe(false);
  });

  it("stops with its parent, cleanly, also when that is killed", async () => {
    const { stateDir, dataDir } = await place();
    const user = startUser(stateDir);
    const { url } = await user.using;
    await query(url, "CREATE TABLE kept AS SELECT 1 AS id");
    const postmaster = postmasterOf(dataDir);
    user.child.kill("SIGKILL");
    await until(() => isGone(postmaster));

    const next = startUser(stateDir);
    expect(await query((await next.using).url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
    expect(await next.stop()).toBe(0);
    expect(next.lines.map((line) => line.type)).not.toContain("database.recovered");
  });

  it("comes and goes in any order without leaving a server or starting two", async () => {
    const { stateDir, dataDir } = await place();
    for (let round = 0; round < 3; round++) {
      const users = Array.from({ length: 3 }, () => startUser(stateDir));
      await Promise.all(
        users.map(async (user, index) => {
          await user.using;
          if (index === round % 3) user.child.kill("SIGKILL");
          else await user.stop();
          await user.ended;
        }),
      );
      expect(users.flatMap((user) => user.lines.map((line) => line.type))).not.toContain(
        "database.recovered",
      );
    }
    await until(() => !existsSync(join(dataDir, "postmaster.pid")));
  });

  it("outlives Ctrl-C in its parent's terminal, which the parent may want to drain first", async () => {
    const { stateDir } = await place();
    const user = startUser(stateDir, { detached: true });
    const { url } = await user.using;
    process.kill(-(user.child.pid ?? Number.NaN), "SIGINT");
    expect(await query(url, "SELECT pg_sleep(0.2), 1 AS one")).toMatchObject([{ one: 1 }]);
    expect(await user.stop()).toBe(0);
  });
});
