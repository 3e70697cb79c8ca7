import { expect } from "vitest";
import { type Execution, type ListAnswer, readList } from "../../../src/data/execute.ts";
import type { ListSelection, PageRequest } from "../../../src/data/plan/selection.ts";

/** What pages are told apart by; part of every list that is walked. */
export const idNode = { kind: "field", as: "theId", field: "id" } as const;

interface ReadPage extends Pick<ListAnswer, "more" | "firstKeys" | "lastKeys"> {
  readonly rows: readonly Record<string, unknown>[];
}

/** Takes a list's answer apart. */
export async function pageOf(execution: Execution, selection: ListSelection): Promise<ReadPage> {
  const { json, empty, more, firstKeys, lastKeys } = await readList(execution, selection);
  const rows = JSON.parse(json) as Record<string, unknown>[];
  expect(rows.length === 0).toBe(empty);
  expect(rows.length).toBeLessThanOrEqual(selection.page.limit);
  return { rows, more, firstKeys, lastKeys };
}

type List = Omit<ListSelection, "page">;

interface Page {
  readonly ids: readonly unknown[];
  readonly firstKeys: readonly (string | null)[];
  readonly lastKeys: readonly (string | null)[];
}

const shown = ({ rows, firstKeys, lastKeys }: ReadPage): Page => ({
  ids: rows.map((row) => row[idNode.as]),
  firstKeys,
  lastKeys,
});

/** Pages from the first to the last. */
export async function walk(execution: Execution, list: List, limit: number): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let page: PageRequest = { limit, direction: "forward" };
  for (;;) {
    const read = await pageOf(execution, { ...list, page });
    if (read.rows.length > 0) pages.push(shown(read));
    if (!read.more) return pages;
    expect(read.rows).toHaveLength(limit);
    page = { limit, direction: "forward", position: read.lastKeys };
  }
}

/** Walks to the end and back, and gives the pages in list order: all but the last must come back alike. */
export async function walkBack(execution: Execution, list: List, limit: number): Promise<readonly Page[]> {
  const forward = await walk(execution, list, limit);
  const pages: Page[] = forward.slice(-1);
  while (pages[0]) {
    const read = await pageOf(execution, {
      ...list,
      page: { limit, direction: "backward", position: pages[0].firstKeys },
    });
    if (read.rows.length === 0) break;
    pages.unshift(shown(read));
    expect(read.more).toBe(pages.length < forward.length);
  }
  return pages;
}

/** A linear congruential stream of numbers in [0, 1). */
export function uniform(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
