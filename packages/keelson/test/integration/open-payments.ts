import { backend } from "../../src/declare/backend.ts";
import { integer, list, object, text } from "../../src/declare/field.ts";
import { type IntegrationOptions, integration } from "../../src/declare/integration.ts";
import { openIntegration } from "../../src/integration/open-integration.ts";
import type { UpstreamCall } from "../../src/integration/upstream-call.ts";
import { loadModel } from "../../src/model/load-model.ts";
import type { Observation } from "../../src/observe/observation.ts";
import { fieldsValidator } from "../../src/operation/validate-input.ts";
import { openConnections } from "../../src/outbound/open-connections.ts";
import { manualTimers } from "../support/manual-timers.ts";
import { upstreamServer } from "../support/upstream-server.ts";

/** Of different lengths, so that a test can say which time is over. */
export const times = { connect: 3_000, attempt: 5_000, total: 20_000 };

const operations = {
  charge: {
    method: "POST",
    path: "/charges",
    idempotent: true,
    input: { amount: integer(), token: text(), note: text().optional() },
    output: {
      id: text(),
      amount: integer({ min: 0 }),
      note: text().optional(),
      parts: list(object({ name: text() })).optional(),
    },
    errors: {
      cardDeclined: { status: 402, when: (body: unknown) => (body as { code: string }).code === "declined" },
      paymentRequired: { status: 402 },
      closed: { status: 503, when: (body: unknown) => (body as { code: string }).code === "closed" },
    },
  },
  /** Not known to happen once. */
  notify: { method: "POST", path: "/notes", input: { text: text() } },
  get: {
    method: "GET",
    path: "/charges/{id}",
    input: { id: text(), full: text().optional() },
    output: { id: text() },
  },
  cancel: { method: "DELETE", path: "/charges/{id}", input: { id: text() } },
} as const;

type Options = Partial<IntegrationOptions<typeof operations>>;

/** An integration with a real server behind it, whose time is the test's. */
export async function openPayments(
  handle: Parameters<typeof upstreamServer>[0],
  options: Options = {},
  { path = "", env = {} }: { readonly path?: string; readonly env?: Readonly<Record<string, string>> } = {},
) {
  const server = await upstreamServer(handle);
  const baseUrl = new URL(`${server.url.href.replace(/\/$/, "")}${path}`);
  const declaration = integration("payments", {
    baseUrl: baseUrl.href,
    timeout: { connect: "3s", attempt: "5s", total: "20s" },
    operations,
    ...options,
  });
  const { model } = loadModel(backend({ name: "shop", resources: [], integrations: [declaration] }));
  const linked = model.integrations.get("payments");
  if (!linked) throw new Error("the integration is not linked");
  const timers = manualTimers();
  const observed: Observation[] = [];
  const jitter: number[] = [];
  let nowMs = Date.parse("2026-11-21T10:00:00Z");
  const connections = openConnections({
    origin: baseUrl,
    connectTimeoutMs: times.connect,
    startTimer: timers.startTimer,
  });
  const pauses: number[] = [];
  const open = openIntegration({
    model: linked,
    baseUrl,
    setting: ({ env: name }) => env[name] ?? "",
    connections,
    checkOf: ({ output }) => (output?.kind === "fields" ? fieldsValidator(output.fields) : undefined),
    observe: (observation) => void observed.push(observation),
    clock: { now: () => nowMs, monotonicMs: () => nowMs },
    startTimer: timers.startTimer,
    startPause: (ms, fire) => {
      pauses.push(ms);
      nowMs += ms;
      const soon = setImmediate(fire);
      return () => clearImmediate(soon);
    },
    // The longest that it could be, unless the test says otherwise.
    randomBelow: (limit) => Math.min(jitter.shift() ?? limit - 1, limit - 1),
  });
  const call = (
    operation: keyof typeof operations,
    input?: unknown,
    more: Partial<Pick<UpstreamCall, "signal" | "headers" | "idempotencyKey">> = {},
  ) => {
    const found = linked.operations.get(operation);
    if (!found) throw new Error(operation);
    return open.call({
      operation: found,
      input,
      requestId: "request-1",
      idempotencyKey: "key-1",
      headers: {},
      ...more,
    });
  };
  return {
    server,
    timers,
    observed,
    jitter,
    pauses,
    open,
    call,
    charge: (more: Parameters<typeof call>[2] = {}) => call("charge", { amount: 5, token: "tok" }, more),
    advance: (ms: number) => {
      nowMs += ms;
    },
    of: <T extends Observation["type"]>(type: T) =>
      observed.filter((each): each is Extract<Observation, { type: T }> => each.type === type),
    close: async () => {
      open.close();
      await server.close();
    },
  };
}
