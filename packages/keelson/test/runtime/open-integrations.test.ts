import { Writable } from "node:stream";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { type DiagnosticError, formatDiagnostic } from "../../src/base/diagnostic.ts";
import type { KeelsonError } from "../../src/base/error.ts";
import { backend } from "../../src/declare/backend.ts";
import { text } from "../../src/declare/field.ts";
import { type IntegrationOptions, integration } from "../../src/declare/integration.ts";
import { loadModel } from "../../src/model/load-model.ts";
import { logSink } from "../../src/observe/log-sink.ts";
import type { Observe } from "../../src/observe/observation.ts";
import { observeNothing } from "../../src/observe/observation.ts";
import { readConfig } from "../../src/runtime/config.ts";
import { openIntegrations } from "../../src/runtime/open-integrations.ts";
import { newQueryWatch } from "../../src/runtime/query-watch.ts";
import { json, upstreamServer } from "../support/upstream-server.ts";

const production = { NODE_ENV: "production", KEELSON_SECRET: "0123456789abcdef0123456789abcdef" };
const operations = { ask: { method: "GET", path: "/ask", output: { answer: text() } } } as const;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

function opened(
  env: Readonly<Record<string, string>>,
  options: Partial<IntegrationOptions<typeof operations>> = {},
  observe: Observe = observeNothing,
) {
  const declared = integration("mail", {
    baseUrl: { env: "MAIL_URL", development: "http://127.0.0.1:4020" },
    auth: { basic: { user: { env: "MAIL_USER" }, password: { env: "MAIL_PASSWORD" } } },
    operations,
    ...options,
  });
  const { model } = loadModel(backend({ name: "shop", resources: [], integrations: [declared] }));
  const integrations = openIntegrations({ model, config: readConfig(env, "/project").config, observe });
  if (!integrations) throw new Error("nothing was opened");
  open.push(integrations);
  return integrations;
}

function diagnosticsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    opened(env);
    return [];
  } catch (error) {
    return (error as DiagnosticError).diagnostics.map(formatDiagnostic);
  }
}

describe("settings of integrations", () => {
  it("are all there, or all that are missing are named at once", () => {
    expect(diagnosticsOf(production)).toEqual([
      expect.stringContaining("MAIL_URL\n  An integration needs it, and it is not set."),
      expect.stringContaining("MAIL_USER"),
      expect.stringContaining("MAIL_PASSWORD"),
    ]);
    expect(diagnosticsOf({})).toEqual([
      expect.stringContaining("MAIL_USER"),
      expect.stringContaining("MAIL_PASSWORD"),
    ]);
    const all = { MAIL_URL: "https://mail.example.com/v1", MAIL_USER: "shop", MAIL_PASSWORD: "s3cret" };
    expect(diagnosticsOf({ ...production, ...all })).toEqual([]);
  });

  it.each([
    "mail.example.com",
    "ftp://mail.example.com",
    "https://me:s3cret@mail.example.com",
    "https://a.example.com/?b",
  ])("are no base URL like %s, and are not repeated", (MAIL_URL) => {
    const [only = "", ...more] = diagnosticsOf({ MAIL_URL, MAIL_USER: "shop", MAIL_PASSWORD: "s3cret" });
    expect(more).toEqual([]);
    expect(only).toContain("MAIL_URL");
    expect(only).not.toContain(MAIL_URL);
  });

  it("are asked for by functions when they need them", async () => {
    const { open: integrations } = opened(
      {},
      { auth: ({ setting }) => ({ "x-key": setting({ env: "LATER" }) }), retry: false },
    );
    const mail = integrations.get("mail");
    const operation = mail?.model.operations.get("ask");
    if (!mail || !operation) throw new Error("it is not open");
    const call = mail.call({ operation, input: undefined, requestId: "r", idempotencyKey: "k", headers: {} });
    await expect(call).rejects.toMatchObject({
      code: "upstream_unavailable",
      cause: {
        message: expect.stringContaining("auth function failed"),
        cause: { message: expect.stringContaining("LATER") },
      },
    });
  });
});

it("logs say what was called and how it went, and neither secrets nor what was answered", async () => {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const observe = logSink(pino({ level: "debug" }, sink));
  const server = await upstreamServer(({ headers }, response) =>
    json(response, headers["x-request-id"] === "good" ? 200 : 400, { answer: "their words" }),
  );
  open.push(server);
  const env = { MAIL_URL: server.url.href, MAIL_USER: "shop", MAIL_PASSWORD: "s3cret" };
  const mail = opened(env, {}, observe).open.get("mail");
  const operation = mail?.model.operations.get("ask");
  if (!mail || !operation) throw new Error("it is not open");
  for (const requestId of ["good", "bad"]) {
    const call = mail.call({ operation, input: undefined, requestId, idempotencyKey: "k", headers: {} });
    await call.catch((error: unknown) =>
      observe({
        type: "call.ended",
        requestId,
        door: "rest",
        operation: "ask",
        callerId: null,
        tookMs: 1,
        statements: 0,
        sqlMs: 0,
        error: error as KeelsonError,
      }),
    );
  }
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 20, integration: "mail", operation: "ask", requestId: "good", attempts: 1, status: 200 },
    { level: 40, integration: "mail", requestId: "bad", attempts: 1, status: 400, fault: "status" },
    {
      level: 50,
      code: "upstream_failed",
      err: { message: expect.stringContaining("mail.ask: it answered 400") },
    },
  ]);
  expect(lines.join("")).not.toMatch(/s3cret|their words|c2hvcDpzM2NyZXQ/);
});

it("development advises against waiting in a transaction, once for each", async () => {
  const advice: string[] = [];
  const { model } = loadModel(backend({ name: "shop", resources: [] }));
  const said = new Set<string>();
  const watch = newQueryWatch({
    model,
    url: "postgres://unused",
    on: true,
    advise: (key, diagnostic) => {
      if (!said.has(key)) advice.push(formatDiagnostic(diagnostic));
      said.add(key);
    },
  });
  watch.waitedOutside?.("order.pay", "mail.ask");
  watch.waitedOutside?.("order.pay", "mail.ask");
  await watch.close();
  expect(advice).toEqual([expect.stringMatching(/waiting-in-transaction: order\.pay\n.*mail\.ask answers/)]);
});
