import { fuzz, testBackend } from "keelson/testing";
import { expect, test } from "vitest";
import shop from "../backend.ts";

test("the shop does what its OpenAPI documents say, whoever asks and however", async () => {
  await using t = await testBackend(shop, { seed: { scale: 0.02 } });
  t.integrations.payments.respond("charge", { id: "ch_1", status: "succeeded" });
  const report = await fuzz(t, {
    seed: 20_261_121,
    requests: 600,
    callers: {
      customer: { id: "alice", roles: ["customer"] },
      support: { id: "sam", roles: ["support"] },
      manager: { id: "mia", roles: ["manager"] },
    },
  });
  expect(report.failures).toEqual([]);
}, 180_000);
