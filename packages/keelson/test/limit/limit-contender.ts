// One of several processes that take from the same limits: tells how often it was allowed to.
import { openRedis } from "../../src/limit/open-redis.ts";
import { redisCounts } from "../../src/limit/redis-counts.ts";
import type { RatePolicy } from "../../src/model/limit-model.ts";

const [url = "", prefix = "", policies = "[]", calls = "0", cost = "1"] = process.argv.slice(2);
const redis = await openRedis(url);
await redis.connect();
const take = redisCounts(redis, prefix);
const subjects = { caller: "alice", tenant: "acme", address: "192.0.2.1" };
const decisions = await Promise.all(
  Array.from({ length: Number(calls) }, () =>
    take(JSON.parse(policies) as readonly RatePolicy[], subjects, Number(cost)),
  ),
);
process.stdout.write(String(decisions.filter(({ allowed }) => allowed).length));
redis.disconnect();
