import { describe, expect, test } from "vitest";
import { staleness } from "../bootstrap/staleness.mjs";

const linux = { os: "linux", cpu: "x64", libc: "glibc" };
const mac = { os: "darwin", cpu: "arm64", libc: undefined };

const binary = (os: string, cpu: string, libc?: string) => ({
  version: "1.0.0",
  optional: true,
  os: [os],
  cpu: [cpu],
  ...(libc && { libc: [libc] }),
});
const onLinux = {
  "node_modules/pg": { version: "8.0.0" },
  "node_modules/keelson": { resolved: "packages/keelson", link: true },
  "node_modules/tool-linux": binary("linux", "x64", "glibc"),
};
const lockfile = {
  packages: {
    "": { version: "0.0.0" },
    "packages/keelson": { version: "0.1.0" },
    ...onLinux,
    "node_modules/tool-linux-musl": binary("linux", "x64", "musl"),
    "node_modules/tool-mac": binary("darwin", "arm64"),
    "node_modules/tool-support": { version: "1.0.0", optional: true },
  },
};

const installed = (change: Record<string, object | undefined> = {}) => ({
  packages: Object.fromEntries(
    Object.entries({ ...onLinux, ...change }).flatMap(([path, item]) => (item ? [[path, item]] : [])),
  ),
});

describe("an installation is up to date", () => {
  test("when all is there that suits the platform", () => {
    expect(staleness(lockfile, installed(), linux)).toBeUndefined();
  });

  test("when npm, not knowing libc, installed the binaries for each", () => {
    const both = installed({ "node_modules/tool-linux-musl": binary("linux", "x64", "musl") });
    expect(staleness(lockfile, both, linux)).toBeUndefined();
  });

  test("when it holds more than the lockfile asks for", () => {
    expect(
      staleness(lockfile, installed({ "node_modules/extra": { version: "2.0.0" } }), linux),
    ).toBeUndefined();
  });
});

describe("an installation is stale", () => {
  test.each([
    ["when there is none", undefined, linux, "nothing is installed yet"],
    [
      "when a package is missing",
      installed({ "node_modules/pg": undefined }),
      linux,
      "node_modules/pg is missing",
    ],
    [
      "when a package has another version",
      installed({ "node_modules/pg": { version: "7.0.0" } }),
      linux,
      "node_modules/pg has changed",
    ],
    [
      "when a workspace has moved",
      installed({ "node_modules/keelson": { resolved: "old/keelson", link: true } }),
      linux,
      "node_modules/keelson has changed",
    ],
    [
      "when the binary for this platform is missing",
      installed({ "node_modules/tool-linux": undefined }),
      linux,
      "node_modules/tool-linux is missing",
    ],
    ["when it was made on another platform", installed(), mac, "node_modules/tool-mac is missing"],
    [
      "when it was made for another platform and all else is there",
      installed({ "node_modules/tool-mac": binary("darwin", "arm64") }),
      mac,
      "node_modules/tool-linux was installed for another platform",
    ],
  ])("%s", (_when, present, platform, reason) => {
    expect(staleness(lockfile, present, platform)).toBe(reason);
  });
});
