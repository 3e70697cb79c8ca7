import { createHistogram } from "node:perf_hooks";
import { Client } from "pg";
import type { Burst, BurstResult, DriverBurst } from "./exchange.ts";
import { KeepAliveConnection } from "./keep-alive-connection.ts";

/** Keeps every connection busy until the time is over, and lets the last answers come in. */
export async function sendBurst(burst: Burst): Promise<BurstResult> {
  const requests = burst.requests.map((text) => Buffer.from(text, "utf8"));
  let turn = 0;
  return measure(burst.seconds, burst.connections, (clock) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let sentAt = 0;
    const sendNext = () => {
      const request = requests[turn++ % requests.length];
      if (request === undefined || clock.isOver()) {
        connection.close();
        resolve();
        return;
      }
      sentAt = performance.now();
      connection.send(request);
    };
    const connection = new KeepAliveConnection(burst, {
      ready: sendNext,
      failure: reject,
      answer: (status) => {
        clock.record(sentAt);
        if (status === burst.expectedStatus) sendNext();
        else reject(new Error(`the service answered ${status} instead of ${burst.expectedStatus}`));
      },
    });
    return promise;
  });
}

/** The same load through the driver alone: what PostgreSQL allows a Node process without HTTP. */
export async function runDriverBurst(burst: DriverBurst): Promise<BurstResult> {
  const clients = Array.from(
    { length: burst.connections },
    () => new Client({ connectionString: burst.databaseUrl }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  try {
    let turn = 0;
    let next = 0;
    return await measure(burst.seconds, clients.length, async (clock) => {
      const client = clients[next++];
      while (!clock.isOver()) {
        const values = [...(burst.parameters[turn++ % burst.parameters.length] ?? [])];
        const sentAt = performance.now();
        await client?.query({ name: "ceiling", text: burst.sql, values });
        clock.record(sentAt);
      }
    });
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

interface Clock {
  isOver(): boolean;
  record(sentAt: number): void;
}

async function measure(
  seconds: number,
  lanes: number,
  run: (clock: Clock) => Promise<void>,
): Promise<BurstResult> {
  const histogram = createHistogram();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  let requests = 0;
  const clock: Clock = {
    isOver: () => performance.now() >= endsAt,
    record: (sentAt) => {
      requests += 1;
      histogram.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
    },
  };
  await Promise.all(Array.from({ length: lanes }, () => run(clock)));
  const elapsed = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    requests,
    seconds: elapsed,
    p50Ms: histogram.percentile(50) / 1000,
    p99Ms: histogram.percentile(99) / 1000,
    clientCpuUs: (cpu.user + cpu.system) / Math.max(1, requests),
  };
}
