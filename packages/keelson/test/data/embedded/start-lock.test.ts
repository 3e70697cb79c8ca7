import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identify } from "../../../src/data/embedded/process-identity.ts";
import { startLockHolder, tryStartLock } from "../../../src/data/embedded/start-lock.ts";
import { makeDirectory } from "./workshop.ts";

describe("start lock", () => {
  it("is held by one, then free for another, with growing generations", () => {
    const home = makeDirectory();
    const first = tryStartLock(home);
    expect(first?.generation).toBe(1);
    expect(tryStartLock(home)).toBe(null);
    expect(startLockHolder(home)?.pid).toBe(process.pid);
    first?.release();
    expect(startLockHolder(home)).toBe(null);
    expect(tryStartLock(home)?.generation).toBe(2);
    expect(readdirSync(home)).toEqual(["start.2"]);
  });

  it("passes over a process that is gone, and one that only has its number", () => {
    const home = makeDirectory();
    const self = identify(process.pid);
    writeFileSync(join(home, "start.7"), JSON.stringify({ ...self, started: `${self?.started}0` }));
    expect(tryStartLock(home)?.generation).toBe(8);
  });

  it("never lets two in, while holders are killed at random", { timeout: 60_000 }, async () => {
    const home = makeDirectory();
    const shared = join(home, "inside");
    writeFileSync(shared, "");
    const contender = join(import.meta.dirname, "lock-contender.ts");
    const contend = () =>
      new Promise<void>((resolve, reject) => {
        const child = spawn(process.execPath, [contender, home, shared], {
          stdio: ["ignore", "ignore", "inherit"],
        });
        child.on("exit", (code, signal) =>
          code === 0 || signal === "SIGKILL" ? resolve() : reject(new Error(`ended with ${code}`)),
        );
      });
    for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 5 }, contend));
    expect(readFileSync(shared, "utf8").trim().split("\n").length).toBeGreaterThan(100);
  });
});
