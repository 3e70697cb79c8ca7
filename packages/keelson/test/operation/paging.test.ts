import { setImmediate as breathe } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, user } from "../../src/base/caller.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { club, member, project } from "./club/club-model.ts";
import { rejection } from "./club/outcomes.ts";

let clubhouse: TestBackend;
let owners: readonly string[];
const ann = user("ann");
const staff = user("sue", ["staff"]);

beforeAll(async () => {
  clubhouse = await openTestBackend(club);
  const all = clubhouse.trusted();
  const names = [
    ["Ann", "ann"],
    ["Ann", "ann"],
    ["Bob", "bob"],
  ] as const;
  owners = await Promise.all(
    names.map(
      async ([name, account], i) =>
        (await all.create(member, { name, account, email: `m${i}@example.org` })).id,
    ),
  );
  // Ties, missing values, and moments that differ by a microsecond.
  for (let i = 0; i < 60; i += 1) {
    await all.create(project, {
      owner: owners[i % 3] as string,
      title: `T${i}`,
      points: i % 4,
      budget: i % 5 === 0 ? null : { amount: i % 7, currency: "EUR" },
      startsAt: i % 3 === 0 ? null : `2026-01-01T00:00:00.00000${i % 2}Z`,
      dueOn: i % 4 === 0 ? null : "2026-12-24",
    });
  }
});
afterAll(() => clubhouse?.close());

interface Walked {
  readonly pages: readonly (readonly string[])[];
  readonly prevCursors: readonly (string | null)[];
}

async function walk(
  caller: Caller,
  sort: string,
  limit: number,
  between?: () => Promise<void>,
): Promise<Walked> {
  const pages: string[][] = [];
  const prevCursors: (string | null)[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof read>> = await read(caller, {
      sort,
      limit,
      ...(cursor ? { cursor } : {}),
    });
    pages.push(page.data.map(({ id }) => id));
    prevCursors.push(page.prevCursor);
    cursor = page.nextCursor;
    await between?.();
  } while (cursor);
  return { pages, prevCursors };
}

const read = (caller: Caller, options: object) => clubhouse.as(caller).find(project, options);

const orders = [
  "title",
  "-title",
  "points",
  "-points,budget.amount",
  "budget.amount,-startsAt",
  "-budget.amount",
  "startsAt",
  "-dueOn,points",
  "owner.name,-points",
  "-owner.name",
  "-createdAt",
  "id",
  "points,-id",
];

describe("a list", () => {
  test.each(orders)("sorted by %s is walked once, and back the same way", async (sort) => {
    const { rows } = await clubhouse.database.pool.query(
      "select p.id from projects p join members m on m.id = p.owner_id where m.account = 'ann'",
    );
    const { pages, prevCursors } = await walk(ann, sort, 7);
    expect(new Set(pages.flat())).toEqual(new Set(rows.map(({ id }) => id)));
    expect(pages.flat()).toHaveLength(40);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 5]);
    expect(prevCursors[0]).toBeNull();
    // Back from the last page.
    const back: (readonly string[])[] = [];
    let cursor: string | null | undefined = prevCursors.at(-1);
    while (cursor) {
      const page = await read(ann, { sort, limit: 7, cursor });
      back.unshift(page.data.map(({ id }) => id));
      expect(page.nextCursor).not.toBeNull();
      cursor = page.prevCursor;
    }
    expect(back).toEqual(pages.slice(0, -1));
  });

  test.each(["-createdAt", "points", "owner.name,-startsAt"])(
    "sorted by %s shows what was there all along exactly once, whatever is added and removed meanwhile",
    async (sort) => {
      const before = (await walk(ann, sort, 50)).pages.flat();
      const doomed: string[] = [];
      let busy = true;
      const noise = (async () => {
        for (let i = 0; busy; i += 1) {
          const made = await clubhouse.trusted().create(project, {
            owner: owners[i % 2] as string,
            title: `${sort}${i}`,
            points: i % 4,
            startsAt: i % 3 === 0 ? null : "2026-01-01T00:00:00Z",
          });
          doomed.push(made.id);
          if (i % 3 === 2) await clubhouse.trusted().delete(project, doomed.shift() as string);
          await breathe();
        }
      })();
      const seen = (await walk(ann, sort, 3, async () => void (await breathe()))).pages.flat();
      busy = false;
      await noise;
      for (const id of doomed) await clubhouse.trusted().delete(project, id);
      expect(new Set(seen).size).toBe(seen.length);
      const old = new Set(before);
      expect(seen.filter((id) => old.has(id))).toEqual(before);
    },
  );

  test("goes on after the row that a cursor stands on is gone", async () => {
    const first = await read(ann, { sort: "points", limit: 5 });
    const last = first.data.at(-1);
    const rest = await read(ann, { sort: "points", limit: 50, cursor: first.nextCursor as string });
    await clubhouse.database.pool.query("update projects set points = 999 where id = $1", [last?.id]);
    const after = await read(ann, { sort: "points", limit: 50, cursor: first.nextCursor as string });
    expect(after.data.map(({ id }) => id)).toEqual([...rest.data.map(({ id }) => id), last?.id]);
    await clubhouse.database.pool.query("update projects set points = $2 where id = $1", [
      last?.id,
      last?.points,
    ]);
  });

  test("that is empty has no cursors; one that ends with a full page has none further", async () => {
    expect(await read(ann, { filter: { title: "nothing" } })).toEqual({
      data: [],
      nextCursor: null,
      prevCursor: null,
    });
    expect(await read(ann, { limit: 40 })).toMatchObject({ nextCursor: null, prevCursor: null });
    expect((await read(ann, { limit: 39 })).nextCursor).not.toBeNull();
  });

  test("may change the size of its pages on the way", async () => {
    const all = (await walk(ann, "title", 40)).pages.flat();
    const first = await read(ann, { sort: "title", limit: 3 });
    const second = await read(ann, { sort: "title", limit: 11, cursor: first.nextCursor as string });
    const back = await read(ann, { sort: "title", limit: 2, cursor: second.prevCursor as string });
    expect(second.data.map(({ id }) => id)).toEqual(all.slice(3, 14));
    expect(back.data.map(({ id }) => id)).toEqual(all.slice(1, 3));
  });
});

describe("a cursor", () => {
  test("is refused for another order, filter, resource, or by who sees other things", async () => {
    const { nextCursor } = await read(ann, { sort: "title", limit: 3 });
    const cursor = nextCursor as string;
    for (const work of [
      read(ann, { sort: "-title", limit: 3, cursor }),
      read(ann, { limit: 3, cursor }),
      read(ann, { sort: "title", limit: 3, cursor, filter: { points: 1 } }),
      read(staff, { sort: "title", limit: 3, cursor }),
      clubhouse.as(ann).find(member, { cursor }),
      read(ann, { sort: "title", cursor: `${cursor.slice(0, -1)}${cursor.endsWith("A") ? "B" : "A"}` }),
      read(ann, { sort: "title", cursor: "nonsense" }),
    ])
      expect(await rejection(work)).toMatchObject({ code: "invalid_cursor", status: 400 });
  });

  test("of somebody with the same roles reads what its reader may see", async () => {
    const { nextCursor } = await read(ann, { sort: "title", limit: 3 });
    const page = await read(user("bob"), { sort: "title", limit: 50, cursor: nextCursor as string });
    expect(page.data.every(({ owner }) => owner === owners[2])).toBe(true);
  });

  test("does not carry what its reader may not see", async () => {
    await clubhouse.trusted().update(member, owners[2] as string, { listed: true });
    const page = await clubhouse.as(ann).find(member, { sort: "email", limit: 2 });
    expect(page.nextCursor).not.toBeNull();
    const last = await clubhouse.as(ann).find(member, { sort: "-email", limit: 1 });
    expect(last.data).toMatchObject([{ id: owners[2], email: null }]);
    const [, payload] = (last.nextCursor as string).split(".");
    expect(Buffer.from(payload as string, "base64url").toString()).not.toContain("example.org");
  });
});
