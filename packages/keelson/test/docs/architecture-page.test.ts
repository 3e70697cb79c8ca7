import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rooms } from "../architecture/rooms.ts";
import { codeWords, repository } from "./read-docs.ts";

const text = readFileSync(join(repository, "ARCHITECTURE.md"), "utf8");
const source = join(repository, "packages/keelson/src");

test("the map has every room, outermost first", () => {
  const mapped = [...text.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, room]) => room);
  expect(mapped).toEqual(rooms);
});

test("the path of a request has every step, in the order of the pipeline", () => {
  const table = readFileSync(join(source, "operation/pipeline.ts"), "utf8");
  const steps = [...table.matchAll(/^ {2}\{ step: (\w+),/gm)].map(([, step]) => step);
  const told = [...text.matchAll(/^ {3}- \*(\w+)\*/gm)].map(([, step]) => step);
  expect(told).toEqual([...steps, "shape"]);
});

test("paths lead somewhere", () => {
  const paths = codeWords(text).filter(
    (word) => /^[\w.-]+\/[\w./-]*[\w-]$/.test(word) && !word.startsWith("keelson/"),
  );
  const roots = [source, join(repository, "packages/keelson"), repository];
  expect(paths.filter((path) => !roots.some((root) => existsSync(join(root, path))))).toEqual([]);
});
