import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sample } from "../database/sample.ts";
import { type Call, toRequest } from "../scenario.ts";
import type { Service } from "./service.ts";

const host = "127.0.0.1";
const startTimeoutMs = 30_000;

/** A service that has answered its first request. */
export interface RunningService {
  readonly service: Service;
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** From the start of the process to its first 200. */
  readonly bootMs: number;
  /** Sends one call and reads the answer, for checks rather than load. */
  call(call: Call): Promise<Answer>;
  /** The calls as they go over the wire. */
  requests(calls: readonly Call[]): readonly string[];
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Starts a service on a free port and waits for a first order to come back. */
export async function startService(
  service: Service,
  databaseUrl: string,
  sample: Sample,
  tokens: ReadonlyMap<Call["role"], string | undefined>,
): Promise<RunningService> {
  const port = await freePort();
  const { file, args, cwd, env } = service.command({ host, port, databaseUrl });
  // Its log goes to a file: through a pipe, this process would spend CPU on every line.
  const directory = mkdtempSync(join(tmpdir(), "keelson-bench-"));
  const logFile = join(directory, "log");
  const log = openSync(logFile, "w");
  const startedAt = performance.now();
  const child = spawn(file, [...args], {
    cwd,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const base = `http://${host}:${port}`;
  const send = async (call: Call): Promise<Answer> => {
    const token = tokens.get(call.role);
    const response = await fetch(`${base}${call.path}`, {
      method: call.method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const first: Call = { method: "GET", path: `/v1/orders/${sample.orderIds[0]}`, role: "support" };
  for (;;) {
    const answer = await send(first).catch(() => undefined);
    if (answer?.status === 200) break;
    const late = performance.now() - startedAt > startTimeoutMs;
    if (answer !== undefined || late || child.exitCode !== null) {
      child.kill("SIGKILL");
      const output = readFileSync(logFile, "utf8").slice(-4000);
      rmSync(directory, { recursive: true });
      throw new Error(
        `${service.name} did not start (${answer ? `${answer.status} ${JSON.stringify(answer.body)}` : "no answer"}):\n${output}`,
      );
    }
    await sleep(2);
  }
  const bootMs = performance.now() - startedAt;
  return {
    service,
    pid: child.pid ?? 0,
    host,
    port,
    bootMs,
    call: send,
    requests: (calls) => calls.map((call) => toRequest(call, `${host}:${port}`, tokens.get(call.role))),
    stop: async () => {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The tokens of every role, minted once: minting is not what is measured. */
export async function mintTokens(
  service: Service,
  sample: Sample,
): Promise<ReadonlyMap<Call["role"], string | undefined>> {
  const roles = ["support", "manager", "customer"] as const;
  return new Map(
    await Promise.all(roles.map(async (role) => [role, await service.token(role, sample)] as const)),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
