import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "libpg-query";
import { expect, test } from "vitest";
import { runKeelson } from "../support/spawn-keelson.ts";
import { type Block, pages, repository } from "./read-docs.ts";

const blocks = pages.flatMap((page) => page.blocks);
const of = (language: string): readonly Block[] => blocks.filter((block) => block.language === language);

/**
 * What each language's blocks are held by; other languages would be held by nothing. Code is `ts`, what the block
 * before it prints is `text output`; follow-guide.ts has all marks.
 */
const held: Readonly<Record<string, (block: Block) => boolean>> = {
  ts: () => true, // compiled, and run where they can be
  sh: () => true, // run, or looked at below
  diff: ({ marks }) => marks[0]?.startsWith("file=") === true, // applied to a project
  text: ({ marks }) => marks[0] === "output", // compared with what is printed
  http: ({ marks }) => marks[0] === "output",
  json: () => true,
  sql: () => true,
  // What is printed in development, with times in it.
  "": ({ place }) => place.startsWith("docs/development.md"),
};

test("every sample is held by something", () => {
  const loose = blocks.filter((block) => held[block.language]?.(block) !== true);
  expect(loose.map(({ place, language }) => `${place} ${language}`)).toEqual([]);
});

test("samples of JSON are JSON", () => {
  for (const { text, place } of of("json")) expect(() => JSON.parse(text), place).not.toThrow();
});

test("samples of SQL are read by PostgreSQL's parser", async () => {
  for (const { text, place } of of("sql")) await expect(parse(text), place).resolves.toBeDefined();
});

/** They would install something, never end, or change what is not the reader's. */
const notRun = of("sh").filter(({ marks }) => marks.length === 0);
const linesOf = (block: Block): readonly string[] =>
  block.text
    .split("\n")
    .map((line) =>
      line
        .replace(/\s*#.*$/, "")
        .replace(/^(?:[A-Z_]+=\S+ )+/, "")
        .trim(),
    )
    .filter((line) => line !== "");

test("commands that are not run are there at least", { timeout: 60_000 }, async () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  const lines = new Set(notRun.flatMap(linesOf));
  for (const line of lines) {
    const [program = "", ...words] = line.split(" ");
    if (program === "npx" && words[0] === "keelson") {
      const { code } = await runKeelson([...words.slice(1), "--help"], { cwd: repository });
      expect(code, line).toBe(0);
    } else if (program === "npm" && (words[0] === "create" || words[0] === "install")) {
      expect(words[1], line).toMatch(/^keelson(@latest)?$/);
    } else
      expect([program, words.length === 1, Object.keys(scripts)], line).toEqual([
        "npm",
        true,
        expect.arrayContaining(words),
      ]);
  }
});
