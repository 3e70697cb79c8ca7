import { setTimeout as pause } from "node:timers/promises";
import { backend, everyone, integer, job, resource, text } from "../../src/index.ts";

/** A parcel that was put on a belt. */
const parcel = resource("parcel", {
  fields: { belt: text({ max: 40 }), number: integer(), by: text({ max: 80 }) },
  access: { read: everyone, create: everyone },
});

/** What a process does in the middle of a run, given by whoever starts it. */
export const hooks: { inside: (belt: string, number: number, attempt: number) => Promise<void> } = {
  inside: async () => {},
};

const by = `process ${process.pid}`;

/** In order on each belt. */
export const sort = job("sort", {
  input: { belt: text({ max: 40 }), number: integer() },
  key: ({ belt }) => belt,
  retry: { limit: 50, from: "10ms", to: "50ms" },
  timeout: "1m",
  async run({ input: { belt, number }, db, job: { attempt } }) {
    await db.create(parcel, { belt, number, by });
    await hooks.inside(belt, number, attempt);
  },
});

/** In any order. */
export const toss = job("toss", {
  input: { belt: text({ max: 40 }), number: integer() },
  retry: { limit: 50, from: "10ms", to: "50ms" },
  timeout: "1m",
  async run({ input: { belt, number }, db, job: { attempt } }) {
    await db.create(parcel, { belt, number, by });
    await hooks.inside(belt, number, attempt);
  },
});

/** One of each belt at a time. */
export const pack = job("pack", {
  input: { belt: text({ max: 40 }), number: integer() },
  group: { by: ({ belt }) => belt, concurrency: 1 },
  timeout: "1m",
  async run({ input: { belt, number }, db, job: { attempt } }) {
    await db.create(parcel, { belt, number, by });
    await hooks.inside(belt, number, attempt);
  },
});

/** Takes its process along. */
export const bomb = job("bomb", {
  retry: { limit: 50, from: "10ms" },
  timeout: "1m",
  async run() {
    await pause(1);
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => {});
  },
});

export const sorting = backend({ name: "sorting", resources: [parcel], jobs: [sort, toss, pack, bomb] });
