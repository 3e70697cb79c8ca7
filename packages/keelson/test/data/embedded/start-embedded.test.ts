import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DiagnosticError } from "../../../src/base/diagnostic.ts";
import { createDatabase, dropDatabase } from "../../../src/data/embedded/create-database.ts";
import { type EmbeddedOptions, startEmbedded } from "../../../src/data/embedded/start-embedded.ts";
import type { Observation } from "../../../src/observe/observation.ts";
import { madeStateDir, makeDirectory, postmasterOf, query } from "./workshop.ts";

const start = (stateDir: string, options: Partial<EmbeddedOptions> = {}) =>
  startEmbedded({
    stateDir,
    database: "app",
    observe: () => {},
    sharedDir: `${stateDir}-shared`,
    ...options,
  });

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail("it was not refused"),
    (error) => {
      expect(error).toBeInstanceOf(DiagnosticError);
      return (error as DiagnosticError).diagnostics[0];
    },
  );

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("startEmbedded", () => {
  it("serves a UTF-8 database that only this user reaches, and keeps it", async () => {
    const stateDir = join(makeDirectory(), 'it\'s my "app", größer', ".keelson");
    const seen: Observation[] = [];
    const first = await start(stateDir, { observe: (o) => seen.push(o) });
    expect(first.owner).toBe(true);
    expect(first.version).toMatch(/^18\./);
    expect(seen.map((o) => o.type)).toEqual(["database.starting", "database.ready"]);

    const [settings] = await query(
      first.url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
         current_setting('listen_addresses') AS addresses, current_setting('timezone') AS zone,
         pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider, datlocale AS locale,
         rolsuper AS super, datname AS database, inet_server_addr() AS address
       FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`,
    );
    expect(settings).toEqual({
      fsync: "on",
      commit: "on",
      addresses: "",
      zone: "UTC",
      encoding: "UTF8",
      provider: "b",
      locale: "C.UTF-8",
      super: false,
      database: "app",
      address: null,
    });
    const home = join(stateDir, "postgres");
    expect(modeOf(stateDir) & 0o067).toBe(0);
    expect(modeOf(join(stateDir, "postgres.secret"))).toBe(0o600);
    expect(modeOf(join(home, "data"))).toBe(0o700);
    expect(modeOf(join(home, "socket"))).toBe(0o700);
    expect(modeOf(join(home, "server.log"))).toBe(0o600);
    const access = readFileSync(join(home, "data", "pg_hba.conf"), "utf8");
    expect(access).not.toMatch(/trust|0\.0\.0\.0|\ball$/m);
    await expect(query(first.url.replace(/:[^:@]*@/, ":wrong@"), "SELECT 1")).rejects.toThrow(/password/);
    const withoutPassword = first.url.replace(/:[^:@]*@/, "@");
    await expect(query(withoutPassword, "SELECT 1")).rejects.toThrow(/password/);

    await query(first.url, "CREATE TABLE kept AS SELECT 'größer' AS word");
    await first.stop();
    await first.stop();
    expect(existsSync(join(home, "data", "postmaster.pid"))).toBe(false);
    expect(seen.at(-1)).toEqual({ type: "database.stopped", code: 0, expected: true });

    const second = await start(stateDir);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, "SELECT word FROM kept")).toEqual([{ word: "größer" }]);
    await second.stop();
  });

  it("puts the socket elsewhere when the project's path is too long for one", async () => {
    const stateDir = join(makeDirectory(), "a".repeat(60), "b".repeat(60), ".keelson");
    const postgres = await start(stateDir);
    const socketDir = decodeURIComponent(new URL(postgres.url).hostname);
    try {
      expect(socketDir).toMatch(/^\/tmp\/keelson-[0-9a-f]{16}$/);
      expect(modeOf(socketDir)).toBe(0o700);
      expect(await query(postgres.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    } finally {
      await postgres.stop();
      rmSync(socketDir, { recursive: true });
    }
  });

  it("takes settings, but none that would open the server", async () => {
    const stateDir = join(makeDirectory(), ".keelson");
    for (const name of ["listen_addresses", "PORT", "hba_file", "unix_socket_permissions", "a=b -c c"]) {
      const diagnostic = await refusal(start(stateDir, { settings: { [name]: "*" } }));
      expect(diagnostic?.code).toBe("embedded-closed-setting");
    }
    expect(existsSync(stateDir)).toBe(false);
    const bad = await refusal(start(stateDir, { settings: { shared_buffers: "lots" } }));
    expect(bad).toMatchObject({
      code: "embedded-start-failed",
      what: expect.stringContaining("shared_buffers"),
    });

    const postgres = await start(stateDir, { settings: { work_mem: "7MB" } });
    expect(await query(postgres.url, "SHOW work_mem")).toEqual([{ work_mem: "7MB" }]);
    await postgres.stop();
  });

  it("clones and drops databases", async () => {
    const postgres = await start(await madeStateDir());
    const template = await createDatabase(postgres.url, "the template");
    await query(template, "CREATE TABLE thing AS SELECT 1 AS id");
    const clone = await createDatabase(postgres.url, 'odd "name"', { template: "the template" });
    expect(await query(clone, "SELECT current_database() AS name, id FROM thing")).toEqual([
      { name: 'odd "name"', id: 1 },
    ]);
    await expect(createDatabase(postgres.url, "the template")).rejects.toMatchObject({ code: "42P04" });
    await dropDatabase(postgres.url, 'odd "name"');
    await dropDatabase(postgres.url, 'odd "name"');
    await expect(query(clone, "SELECT 1")).rejects.toMatchObject({ code: "3D000" });
    await postgres.stop();
  });

  it("says what is wrong with data it cannot serve", async () => {
    const stateDir = await madeStateDir();
    const dataDir = join(stateDir, "postgres", "data");
    writeFileSync(join(dataDir, "PG_VERSION"), "17\n");
    expect(await refusal(start(stateDir))).toMatchObject({
      code: "embedded-version-mismatch",
      what: expect.stringMatching(/PostgreSQL 17;.*PostgreSQL 18/),
    });
    writeFileSync(join(dataDir, "PG_VERSION"), "18\n");

    const control = join(dataDir, "global", "pg_control");
    const whole = readFileSync(control);
    writeFileSync(control, Buffer.alloc(whole.length));
    expect((await refusal(start(stateDir)))?.code).toBe("embedded-data-damaged");
    renameSync(control, `${control}-gone`);
    expect((await refusal(start(stateDir)))?.code).toBe("embedded-data-damaged");
    renameSync(`${control}-gone`, control);
    writeFileSync(control, whole);

    const secret = join(stateDir, "postgres.secret");
    renameSync(secret, `${secret}-gone`);
    expect((await refusal(start(stateDir)))?.code).toBe("embedded-secret-missing");
    writeFileSync(secret, "another secret", { mode: 0o600 });
    expect((await refusal(start(stateDir)))?.code).toBe("embedded-secret-wrong");
    renameSync(`${secret}-gone`, secret);

    const postgres = await start(stateDir);
    expect(postmasterOf(dataDir)).toBeGreaterThan(1);
    await postgres.stop();
  });

  it("says when the state directory cannot be one", async () => {
    const directory = makeDirectory();
    writeFileSync(join(directory, "file"), "");
    expect((await refusal(start(join(directory, "file", ".keelson"))))?.code).toBe("embedded-unwritable");
    expect((await refusal(start(join(directory, "file"))))?.code).toBe("embedded-unwritable");
  });
});
