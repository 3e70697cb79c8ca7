import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const source = join(import.meta.dirname, "../../src");

test("no two statements are prepared under one name", () => {
  const names = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [
      ...readFileSync(join(source, path), "utf8").matchAll(/\bname: "(k(?:eelson)?_\w+)"/g),
    ])
    .map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name, position) => names.indexOf(name) !== position)).toEqual([]);
});
