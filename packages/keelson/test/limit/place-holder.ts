// One of several processes whose calls are in progress at the same time: takes as many places as it gets, tells how many,
// and holds them until it is killed or told to give them back.
import { randomUUID } from "node:crypto";
import { newConcurrency } from "../../src/limit/concurrency.ts";
import { openRedis } from "../../src/limit/open-redis.ts";
import { openRedisLink } from "../../src/limit/redis-link.ts";
import { newSharedConcurrency } from "../../src/limit/shared-concurrency.ts";
import type { ConcurrencyPolicy } from "../../src/model/limit-model.ts";

const [url = "", prefix = "", policy = "{}", calls = "0", leaseMs = "0"] = process.argv.slice(2);
const link = await openRedisLink({
  redis: await openRedis(url),
  observe: () => {},
  patienceMs: 60_000,
});
const concurrency = newSharedConcurrency({
  link,
  prefix,
  local: newConcurrency(),
  newId: randomUUID,
  leaseMs: Number(leaseMs),
});
const subjects = { caller: "alice", tenant: "acme", address: "192.0.2.1" };
const entries = await Promise.all(
  Array.from({ length: Number(calls) }, () =>
    concurrency.enter([JSON.parse(policy) as ConcurrencyPolicy], subjects),
  ),
);
process.stdout.write(`${entries.filter(({ full }) => full === undefined).length}\n`);
process.stdin.once("data", () => {
  for (const entry of entries) entry.leave();
  // Sent in order: when this is answered, the places are free.
  void link.redis.ping().then(() => {
    concurrency.close();
    link.close();
    process.exit();
  });
});
