import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { user } from "../../../src/base/caller.ts";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import { type CuttingProxy, openCuttingProxy } from "../../support/cutting-proxy.ts";
import { openTestBackend } from "../../support/test-backend.ts";
import { account, ledger } from "./ledger-model.ts";

/** `KEELSON_FAULT_KEYS=20000` for the long form; `KEELSON_FAULT_SEED` for other cuts. */
const keyCount = Number(process.env.KEELSON_FAULT_KEYS ?? 400);
const seed = Number(process.env.KEELSON_FAULT_SEED ?? 1);
const retries = 3;
const keysAtOnce = 16;

/** Mulberry32: the same seed decides the same cuts, as far as the order of events allows. */
function newRandom(state: number): () => number {
  let at = state;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let t = Math.imul(at ^ (at >>> 15), 1 | at);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly etag: string | undefined;
  readonly location: string | undefined;
}

function send(agent: Agent, port: number, path: string, key: string, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "idempotency-key": `"${key}"` };
    const outgoing = request({ agent, port, host: "127.0.0.1", method: "POST", path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const { etag, location } = answer.headers;
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString(), etag, location });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const isPassing = ({ status, text }: Reply): boolean =>
  status === 503 || (status === 409 && text.includes("idempotency_in_progress"));

test(`${keyCount} keys, ${retries} requests with each at the same time, connections cut around the commit: each has its effect once`, {
  timeout: 60_000 + keyCount * 60,
}, async () => {
  const random = newRandom(seed);
  const cuts = { beforeCommit: 0, afterCommit: 0, requests: 0, answers: 0 };
  // Starting and counting are not what is put to the test.
  let armed = false;
  const chance = (share: number, what: keyof typeof cuts): boolean => {
    if (!armed || random() >= share) return false;
    cuts[what] += 1;
    return true;
  };
  const proxies: CuttingProxy[] = [];
  const backend = await openTestBackend(ledger, {
    through: async (url) => {
      const address = new URL(url);
      const host = decodeURIComponent(address.hostname);
      const proxy = await openCuttingProxy(
        host.startsWith("/")
          ? { path: `${host}/.s.PGSQL.${address.port}` }
          : { host, port: Number(address.port) },
        (toServer, bytes) => {
          if (!toServer || !/commit/i.test(bytes.toString("latin1"))) return "pass";
          if (chance(0.03, "beforeCommit")) return "lose";
          return chance(0.05, "afterCommit") ? "cut" : "pass";
        },
      );
      proxies.push(proxy);
      // A URL of this kind takes no other host.
      return url.replace(address.host, `127.0.0.1:${proxy.port}`);
    },
  });
  const server = createHttpServer({
    model: backend.model,
    run: (envelope) =>
      backend.app.run({ ...envelope, credentials: { kind: "caller", caller: user("payer") } }),
    observe: () => {},
  });
  const port = Number(new URL(await server.listen({ host: "127.0.0.1", port: 0 })).port);
  const door = await openCuttingProxy({ host: "127.0.0.1", port }, (toServer) =>
    toServer ? (chance(0.02, "requests") ? "lose" : "pass") : chance(0.08, "answers") ? "lose" : "pass",
  );
  proxies.push(door);
  const agent = new Agent({ keepAlive: true });
  let tries = 0;
  const untilAnswered = async (
    ...sent: readonly [path: string, key: string, body: string]
  ): Promise<Reply> => {
    for (;;) {
      tries += 1;
      const reply = await send(agent, door.port, ...sent).catch(() => undefined);
      if (reply && !isPassing(reply)) return reply;
      await pause(Math.random() * 20);
    }
  };
  try {
    const accounts: string[] = [];
    for (let n = 0; n < 20; n += 1) accounts.push((await backend.trusted().create(account, {})).id);
    const startedMs = performance.now();
    const wrong: unknown[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < keyCount) {
        const n = next++;
        const reference = `ref-${n}`;
        const [path, body, status] =
          n % 2 === 0
            ? ["/v1/payments", { reference, amount: n }, 201]
            : [`/v1/accounts/${accounts[(n >> 1) % accounts.length]}/deposit`, { reference }, 200];
        const replies = await Promise.all(
          Array.from({ length: retries }, () => untilAnswered(path, `key-${n}`, JSON.stringify(body))),
        );
        const different = new Set(replies.map((reply) => JSON.stringify(reply)));
        if (different.size !== 1 || replies[0]?.status !== status) wrong.push(replies);
      }
    };
    armed = true;
    await Promise.all(Array.from({ length: keysAtOnce }, worker));
    armed = false;
    const tookMs = performance.now() - startedMs;
    expect(wrong).toEqual([]);
    const query = async (text: string) => (await backend.database.pool.query(text)).rows;
    const half = { payments: Math.ceil(keyCount / 2), deposits: Math.floor(keyCount / 2) };
    const [counted] = await query(`select
      (select count(*) from payments)::int as payments,
      (select count(distinct reference) from payments)::int as different_payments,
      (select count(*) from entries)::int as entries,
      (select count(distinct reference) from entries)::int as different_entries,
      (select sum(balance) from accounts)::int as balance,
      (select count(*) from keelson.idempotency_keys)::int as keys`);
    expect(counted).toEqual({
      payments: half.payments,
      different_payments: half.payments,
      entries: half.deposits,
      different_entries: half.deposits,
      balance: half.deposits,
      keys: keyCount,
    });
    for (const cut of Object.values(cuts)) expect(cut).toBeGreaterThan(0);
    if (process.env.KEELSON_FAULT_KEYS)
      console.log({ keyCount, retries, seed, seconds: Math.round(tookMs / 1000), tries, cuts, counted });
  } finally {
    agent.destroy();
    await server.close();
    for (const proxy of proxies) await proxy.close();
    await backend.close();
  }
});
