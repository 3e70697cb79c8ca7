import { walkPath } from "../scenario.ts";
import type { RunningService } from "../service/running-service.ts";
import { median } from "../statistics.ts";

/** What a far page costs compared with the first. */
export interface PagingFigures {
  readonly name: string;
  /** The number of the far page: the last full one. */
  readonly page: number;
  readonly firstPageMs: number | undefined;
  readonly farPageMs: number | undefined;
}

interface Page {
  readonly data: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

const furthestPage = 2000;

/**
 * Follows cursors through the whole list, as a client does, and then asks for the first and the far page in
 * turn, one request at a time. The walk also proves that no row comes twice.
 */
export async function measurePaging(service: RunningService, repeats: number): Promise<PagingFigures> {
  const { name } = service.service;
  const seen = new Set<string>();
  let path = walkPath;
  let page = 1;
  for (; page < furthestPage; page++) {
    const { data, nextCursor } = await read(service, path);
    for (const { id } of data) {
      if (seen.has(id)) throw new Error(`${name}: ${id} came twice, again on page ${page}`);
      seen.add(id);
    }
    if (nextCursor === null) break;
    path = `${walkPath}&cursor=${encodeURIComponent(nextCursor)}`;
  }
  const first: number[] = [];
  const far: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    first.push(await time(() => read(service, walkPath)));
    far.push(await time(() => read(service, path)));
  }
  return { name, page, firstPageMs: median(first), farPageMs: median(far) };
}

async function read(service: RunningService, path: string): Promise<Page> {
  const { status, body } = await service.call({ method: "GET", path, role: "support" });
  if (status !== 200) throw new Error(`${service.service.name}: ${path} answered ${status}`);
  return body as Page;
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}
