import { appendFileSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { followLog, logEnd } from "../../../src/data/embedded/server-log.ts";
import type { Observation } from "../../../src/observe/observation.ts";
import { makeDirectory } from "./workshop.ts";

describe("server log", () => {
  it("announces what it says about the server's fate, and only what is new", () => {
    const path = join(makeDirectory(), "server.log");
    writeFileSync(path, "2026 [1] PANIC:  of yesterday\n");
    const seen: Observation[] = [];
    const log = followLog(path, logEnd(path), (o) => seen.push(o));
    appendFileSync(path, "2026 [2] LOG:  checkpoint\nkeelson: PostgreSQL was killed (status 137) and is");
    appendFileSync(path, " started again\n2026 [3] FATAL:  too many clients\n");
    log.stop();
    expect(seen).toEqual([
      { type: "database.stopped", code: 137, expected: false },
      { type: "database.log", line: "2026 [3] FATAL:  too many clients" },
    ]);
  });

  it("stays bounded, and leaves alone what a link points to", () => {
    const directory = makeDirectory();
    const path = join(directory, "server.log");
    const link = join(directory, "link.log");
    const large = "x".repeat(5 * 1024 * 1024);
    writeFileSync(path, large);
    symlinkSync(path, link);
    followLog(link, 0, () => {}).stop();
    expect(readFileSync(path, "utf8").length).toBe(large.length);
    followLog(path, 0, () => {}).stop();
    expect(statSync(path).size).toBe(0);
  });
});
