import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** One page of the documentation. */
export interface Page {
  /** Relative to the repository, e.g. `docs/rest.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A fenced block. */
export interface Block {
  /** `docs/rest.md:17`, the line of the fence. */
  readonly place: string;
  readonly language: string;
  /** What stands behind the language: `run 200`, `no-check`. */
  readonly marks: readonly string[];
  readonly text: string;
}

export const repository = root;

/** The pages that users read. */
export const pages: readonly Page[] = [
  "README.md",
  "packages/keelson/README.md",
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
].map(readPage);

export const pageOf = (path: string): Page => {
  const page = pages.find((one) => one.path === path);
  if (!page) throw new Error(`there is no page ${path}`);
  return page;
};

function readPage(path: string): Page {
  const text = readFileSync(`${root}${path}`, "utf8");
  return { path, text, blocks: blocksOf(path, text) };
}

function blocksOf(path: string, text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly info: string; readonly lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (open && fence) {
      const [language = "", ...marks] = open.info.split(/\s+/);
      blocks.push({ place: `${path}:${open.line}`, language, marks, text: open.lines.join("\n") });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (fence) open = { line: index + 1, info: fence[1]?.trim() ?? "", lines: [] };
  }
  if (open) throw new Error(`${path}:${open.line}: the block has no end`);
  return blocks;
}

/** The page without its blocks, where links and tables are. */
export const proseOf = ({ text }: Page): string => text.replace(/^```[\s\S]*?^```$/gm, "");

/** The rows of the tables below a heading, up to the next heading of any level; without header rows. */
export function tablesUnder(page: Page, heading: string): readonly (readonly string[])[] {
  const lines = proseOf(page).split("\n");
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === heading);
  if (start === -1) throw new Error(`${page.path} has no heading "${heading}"`);
  const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line));
  return lines
    .slice(start + 1, end === -1 ? lines.length : end)
    .filter((line, index, all) => isRow(line) && !isRuler(line) && !isRuler(all[index + 1] ?? ""))
    .map(cellsOf);
}

const isRow = (line: string): boolean => line.startsWith("|");
const isRuler = (line: string): boolean => /^\|[-|\s]+\|$/.test(line);
const cellsOf = (line: string): readonly string[] =>
  line
    .slice(1, line.lastIndexOf("|"))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

/** The words in code quotes. */
export const codeWords = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
