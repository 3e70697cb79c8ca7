import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { user } from "../../src/base/caller.ts";
import { startKeyCleaning } from "../../src/runtime/key-cleaning.ts";
import { ticket, tickets } from "../operation/idempotency/ticket-model.ts";
import { openTestBackend } from "../support/test-backend.ts";

test("expired keys are removed in the background, by several processes at once, and no others", async () => {
  const backend = await openTestBackend(tickets);
  const { pool } = backend.database;
  const left = async () => (await pool.query("select key from keelson.idempotency_keys")).rows;
  await pool.query(
    `insert into keelson.idempotency_keys (scope, fingerprint, caller, operation, key, answer, expires_at)
      select sha256(n::text::bytea), '', 'ann', 'x', n::text, '{}', now() from generate_series(1, 2500) n`,
  );
  const key = randomUUID();
  const input = { owner: "ann", title: "Kept" };
  await backend.call(user("ann"), "ticket.create", { input, idempotencyKey: key });
  const cleanings = [1, 2].map(() => startKeyCleaning(backend.database, backend.app.observe, 20));
  await expect.poll(left).toEqual([{ key }]);
  await Promise.all(cleanings.map((cleaning) => cleaning.stop()));
  const removed = backend.observed.flatMap((seen) =>
    seen.type === "idempotency.cleaned" ? [seen.removed] : [],
  );
  expect(removed.reduce((sum, count) => sum + count, 0)).toBe(2500);
  expect((await backend.trusted().find(ticket)).data).toHaveLength(1);
  await backend.close();
});
