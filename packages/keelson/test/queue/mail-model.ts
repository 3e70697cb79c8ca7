import { backend, command, everyone, integer, job, query, resource, text } from "../../src/index.ts";

/** Letters that are written when a job has run; who wrote them, and as which attempt, is on them. */
const letter = resource("letter", {
  fields: {
    to: text({ max: 200 }),
    by: text({ max: 200 }),
    number: integer().default(0),
  },
  access: { read: everyone, create: everyone },
  list: { sort: ["createdAt", "number"], filter: ["to", "by"] },
});

/** What a test makes a job do. */
export const behaviour: { current: (attempt: number) => void | Promise<void> } = { current: () => {} };

export const write = job("write", {
  input: { to: text({ max: 200 }), number: integer().default(7) },
  errors: { unknownAddress: { status: 422, title: "Nobody lives there" } },
  retry: { limit: 2, from: "1s", to: "10s" },
  timeout: "5s",
  async run({ input, caller, db, job: { attempt }, fail, enqueue }) {
    const by = caller.kind === "system" ? `system: ${caller.reason}` : (caller.id ?? "anonymous");
    await db.create(letter, { to: input.to, by, number: input.number ?? 0 });
    if (input.to === "nowhere") fail("unknownAddress", "No such street.");
    if (input.to === "everybody") await enqueue(write, { to: "one of them" });
    await behaviour.current(attempt);
  },
});

/** One at a time for each address, in order. */
export const deliver = job("deliver", {
  input: { to: text({ max: 200 }), number: integer() },
  key: ({ to }) => to,
  retry: { limit: 3, from: "1s" },
  async run({ input, db, job: { attempt } }) {
    await db.create(letter, { to: input.to, by: "carrier", number: input.number });
    await behaviour.current(attempt);
  },
});

/** Every letter commits by itself. */
export const copy = job("copy", {
  input: { to: text({ max: 200 }), times: integer() },
  transaction: "each",
  retry: { limit: 3, from: "1s" },
  async run({ input, db, progress, signal, job: { attempt } }) {
    for (let number = 1; number <= input.times; number += 1) {
      signal.throwIfAborted();
      await db.create(letter, { to: input.to, by: "copier", number });
      progress(number, input.times);
      await behaviour.current(attempt);
    }
  },
});

/** Never gets anywhere. */
export const dawdle = job("dawdle", {
  timeout: "1s",
  retry: { limit: 0 },
  async run({ db, signal }) {
    await db.create(letter, { to: "nobody in particular", by: "dawdler" });
    await new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  },
});

const post = command("post", {
  input: { to: text({ max: 200 }), ending: text({ max: 20 }).default("commit") },
  output: { id: text({ max: 40 }) },
  errors: { refused: { status: 409, title: "Not today" } },
  access: everyone,
  async run({ input, enqueue, fail }) {
    const { id } = await enqueue(write, { to: input.to });
    if (input.ending === "fail") fail("refused");
    return { id };
  },
});

const peek = query("peek", {
  access: everyone,
  output: { done: text({ max: 10 }) },
  async run({ enqueue }) {
    await enqueue(write, { to: "x" });
    return { done: "yes" };
  },
});

export const mail = backend({
  name: "mail",
  resources: [letter],
  commands: [post],
  queries: [peek],
  jobs: [write, deliver, copy, dawdle],
});
