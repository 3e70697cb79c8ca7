import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));
const lockfile: { packages: Record<string, Manifest & { resolved?: string; version?: string }> } =
  readJson("package-lock.json");
const folders = ["", ...((readJson("package.json") as Manifest).workspaces ?? [])];

// An install does not fail when the two disagree (scripts/bootstrap/install.mjs says why), so this does.
test.each(folders)("the lockfile agrees with %s/package.json", (folder) => {
  const manifest: Manifest = readJson(join(folder, "package.json"));
  const locked = lockfile.packages[folder];
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
    expect(locked?.[kind] ?? {}, kind).toEqual(manifest[kind] ?? {});
  }
});

test("every dependency is pinned to one version", () => {
  const loose = folders.flatMap((folder) => {
    const { dependencies, devDependencies, optionalDependencies }: Manifest = readJson(
      join(folder, "package.json"),
    );
    return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${folder || "."}: ${name}@${version}`);
  });
  expect(loose).toEqual([]);
});

test("the lockfile names no registry but npm's", () => {
  const resolved = Object.values(lockfile.packages).flatMap((item) => item.resolved ?? []);
  const foreign = resolved.filter(
    (url) => /^\w+:/.test(url) && !url.startsWith("https://registry.npmjs.org/"),
  );
  expect(foreign).toEqual([]);
});
