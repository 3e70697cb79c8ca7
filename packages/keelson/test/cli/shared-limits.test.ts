import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { localRedis } from "../support/local-redis.ts";
import { openProject } from "./temporary-project.ts";

const redis = (await localRedis()) ?? "";

/** What processes share in Redis goes by the name of the back end. */
const limited = `
import { backend, command, everyone, integer } from "keelson";

const hold = command("hold", {
  input: { ms: integer() },
  access: everyone,
  limits: [{ concurrent: 1 }],
  cost: 0,
  run: ({ input, signal }) =>
    new Promise((resolve) => {
      setTimeout(resolve, input.ms);
      signal.addEventListener("abort", resolve);
    }),
});

export default backend({
  name: "limited-${randomBytes(6).toString("hex")}",
  resources: [],
  commands: [hold],
  limits: { anonymous: [{ requests: 4, window: "1d" }] },
});
`;

it.skipIf(redis === "")(
  "two processes count calls in progress and refusals together",
  {
    timeout: 90_000,
  },
  async () => {
    await using project = await openProject({ "backend.ts": limited });
    const env = { DATABASE_URL: await project.newDatabase(), REDIS_URL: redis, PORT: "0" };
    const servers = [project.spawn(["start"], env), project.spawn(["start"], env)];
    const [one, other] = await Promise.all(
      servers.map(async (server) => (await server.printed(/"server\.listening","url":"([^"]+)"/))[1]),
    );
    const hold = async (url: string | undefined, ms: number, signal?: AbortSignal) =>
      fetch(`${url}/v1/hold`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ms }),
        ...(signal ? { signal } : {}),
      });
    const until = async (status: number): Promise<Response> => {
      for (;;) {
        const answer = await hold(other, 0);
        if (answer.status === status) return answer;
        await pause(20);
      }
    };
    const hangUp = new AbortController();
    // The other process may have been asked first.
    const keepHolding = async (): Promise<string> => {
      for (;;) {
        const answer = await hold(one, 600_000, hangUp.signal).catch(() => undefined);
        if (answer === undefined) return "hung up";
      }
    };
    const holding = keepHolding();
    const refused = await until(429);
    expect(await refused.json()).toMatchObject({ "violated-policies": ["hold-concurrent"] });
    hangUp.abort();
    expect(await holding).toBe("hung up");
    await until(204);

    // Together four; on a machine so busy that Redis counts as lost, four in each.
    const statuses: number[] = [];
    while (!statuses.includes(429))
      statuses.push((await fetch(`${statuses.length % 2 === 0 ? one : other}/v1/nothing`)).status);
    expect(statuses.slice(0, 4)).toEqual([404, 404, 404, 404]);
    expect(statuses.length).toBeLessThanOrEqual(9);
    expect((await fetch(`${other}/livez`)).status).toBe(200);

    for (const server of servers) server.kill("SIGTERM");
    expect(await Promise.all(servers.map(({ ended }) => ended))).toEqual([0, 0]);
  },
);
