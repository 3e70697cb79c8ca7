import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { user } from "../../../src/base/caller.ts";
import { hasPgBouncer, type PgBouncer, startPgBouncer } from "../../support/pgbouncer.ts";
import { openTestBackend } from "../../support/test-backend.ts";
import { ticket, tickets } from "./ticket-model.ts";

test.runIf(hasPgBouncer)("keys hold behind a transaction pooler", async () => {
  const poolers: PgBouncer[] = [];
  const backend = await openTestBackend(tickets, {
    through: async (url) => {
      const pooler = await startPgBouncer(url, 4);
      poolers.push(pooler);
      return pooler.url;
    },
  });
  const ann = user("ann");
  const create = (idempotencyKey: string) =>
    backend.call(ann, "ticket.create", { input: { owner: "ann", title: "Leak" }, idempotencyKey });
  const keys = Array.from({ length: 20 }, () => randomUUID());
  const outcomes = await Promise.all(keys.flatMap((key) => [create(key), create(key), create(key)]));
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
  expect(outcomes.filter(({ replayed }) => replayed)).toHaveLength(40);
  expect((await backend.trusted().find(ticket)).data).toHaveLength(20);
  await backend.close();
  for (const pooler of poolers) await pooler[Symbol.asyncDispose]();
});
