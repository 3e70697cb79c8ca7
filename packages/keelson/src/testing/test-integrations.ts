import type { Clock } from "../base/clock.ts";
import { systemTimer } from "../base/timer.ts";
import type { Backend } from "../declare/backend.ts";
import type { Integration, IntegrationOperation, UpstreamOutput } from "../declare/integration.ts";
import type { IntegrationModel } from "../model/integration-model.ts";
import { type Connections, openConnections } from "../outbound/open-connections.ts";
import type { IncomingAnswer, OutgoingRequest } from "../outbound/outgoing-request.ts";
import { SendFailure } from "../outbound/send-failure.ts";
import type { Network } from "../runtime/open-integrations.ts";

/** A request that an integration sent. */
export interface SentRequest {
  readonly operation: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Names in lower case; of `authorization` only that it was there. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON that was sent; undefined where nothing was. */
  readonly body: unknown;
}

/** What goes wrong with a request. */
export type TestFault =
  /** No connection: nothing arrived. */
  | "unreachable"
  /** It arrived, and the connection was lost before the answer. */
  | "broken"
  | "timeout"
  | { readonly status: number; readonly retryAfter?: number; readonly body?: unknown };

export interface FaultOptions<Name extends string> {
  /** Only this operation. @defaultValue all */
  readonly on?: Name;
  /** How often; then it answers again. @defaultValue until `reset` */
  readonly times?: number;
}

type OperationsOf<I extends Integration> = I["options"]["operations"];

type AnswerOf<Op> = UpstreamOutput<Op> extends infer O ? O | ((request: SentRequest) => O) : never;

type ErrorOf<Op> = Op extends { readonly errors: infer E } ? keyof E & string : never;

/** One integration of a back end under test. Nothing leaves the process unless it is connected. */
export interface TestIntegration<I extends Integration = Integration> {
  /** What an operation answers from now on: the other service's JSON, or a function of the request. */
  respond<K extends keyof OperationsOf<I> & string>(operation: K, answer: AnswerOf<OperationsOf<I>[K]>): void;
  /** Answers with one of the operation's declared errors. */
  refuse<K extends keyof OperationsOf<I> & string>(
    operation: K,
    error: ErrorOf<OperationsOf<I>[K]>,
    body?: unknown,
  ): void;
  /** Lets requests fail. Repetitions, the breaker and time limits are those of production; pauses take no time. */
  fail(fault: TestFault, options?: FaultOptions<keyof OperationsOf<I> & string>): void;
  /** Sends requests to a server after all. */
  connect(url: string): void;
  /** What was sent since the beginning or the last `reset`, repetitions included. */
  readonly requests: readonly SentRequest[];
  /** Forgets answers, faults, requests, and how calls went. */
  reset(): void;
}

type IntegrationOf<B extends Backend> =
  NonNullable<B["~options"]> extends { readonly integrations: readonly (infer I extends Integration)[] }
    ? I
    : never;

/** The integrations of a back end under test by name. */
export type TestIntegrations<B extends Backend> = {
  readonly [I in IntegrationOf<B> as I["name"]]: TestIntegration<I>;
};

interface Script {
  readonly answers: Map<string, (request: SentRequest) => IncomingAnswer>;
  faults: { readonly fault: TestFault; readonly on: string | undefined; left: number }[];
  readonly requests: SentRequest[];
  connected: { readonly connections: Connections; readonly url: URL } | undefined;
}

/** Takes the place of the network. */
export function newTestIntegrations(
  models: ReadonlyMap<string, IntegrationModel>,
  clock: Pick<Clock, "now">,
  resetOf: (name: string) => void,
): {
  readonly network: Network;
  readonly integrations: Readonly<Record<string, TestIntegration>>;
  reset(): void;
} {
  const scripts = new Map<string, Script>();
  for (const name of models.keys())
    scripts.set(name, { answers: new Map(), faults: [], requests: [], connected: undefined });
  const network: Network = {
    withoutSettings: true,
    // Breakers go by the clock that the test moves on.
    clock: { now: clock.now, monotonicMs: clock.now },
    startPause: (_ms, fire) => {
      const soon = setImmediate(fire);
      return () => clearImmediate(soon);
    },
    connect: (model, base) => {
      const script = scripts.get(model.name) as Script;
      return {
        send: async (request) => send(model, script, base, request),
        close: () => script.connected?.connections.close(),
      };
    },
  };
  const integrations = Object.fromEntries(
    [...models.values()].map((model) => [
      model.name,
      control(model, scripts.get(model.name) as Script, () => resetOf(model.name)),
    ]),
  );
  return {
    network,
    integrations,
    reset: () => {
      for (const each of Object.values(integrations)) each.reset();
    },
  };
}

function control(model: IntegrationModel, script: Script, reset: () => void): TestIntegration {
  const operationOf = (name: string): IntegrationOperation => {
    const operation = model.operations.get(name);
    if (operation) return operation.declaration;
    throw new TypeError(`integration "${model.name}" has no operation "${name}"`);
  };
  return Object.freeze({
    respond: (name, answer) => {
      operationOf(name);
      const given = answer as unknown;
      script.answers.set(name, (request) =>
        jsonAnswer(200, typeof given === "function" ? given(request) : given),
      );
    },
    refuse: (name, error, body) => {
      const declared = operationOf(name).errors?.[error];
      if (!declared) throw new TypeError(`"${name}" of "${model.name}" declares no error "${error}"`);
      script.answers.set(name, () => jsonAnswer(declared.status, body));
    },
    fail: (fault, { on, times = Number.POSITIVE_INFINITY } = {}) => {
      if (on !== undefined) operationOf(on);
      script.faults.push({ fault, on, left: times });
    },
    connect: (text) => {
      script.connected?.connections.close();
      const url = new URL(text);
      const { connectTimeoutMs } = model;
      const connections = openConnections({ origin: url, connectTimeoutMs, startTimer: systemTimer });
      script.connected = { connections, url };
    },
    requests: script.requests,
    reset: () => {
      script.answers.clear();
      script.faults = [];
      script.requests.length = 0;
      script.connected?.connections.close();
      script.connected = undefined;
      reset();
    },
  } satisfies TestIntegration);
}

async function send(
  model: IntegrationModel,
  script: Script,
  base: URL,
  request: OutgoingRequest,
): Promise<IncomingAnswer> {
  const { operation = "" } = request;
  const sent = sentRequest(operation, request);
  script.requests.push(sent);
  const fault = script.faults.find(({ on, left }) => left > 0 && (on === undefined || on === operation));
  if (fault) {
    fault.left -= 1;
    return failWith(fault.fault);
  }
  const answer = script.answers.get(operation);
  if (answer) return answer(sent);
  if (!script.connected)
    throw new Error(
      `nothing answers for ${model.name}.${operation} in this test; write t.integrations.${model.name}.respond("${operation}", …), or .connect(url)`,
    );
  const { connections, url } = script.connected;
  const below = request.target.slice(base.pathname.replace(/\/$/, "").length);
  return connections.send({ ...request, target: `${url.pathname.replace(/\/$/, "")}${below}` });
}

function sentRequest(operation: string, { method, target, headers, body }: OutgoingRequest): SentRequest {
  const shown = headers["authorization"] === undefined ? headers : { ...headers, authorization: "(set)" };
  return {
    operation,
    method,
    target,
    headers: shown,
    body: body === undefined ? undefined : JSON.parse(body),
  };
}

function failWith(fault: TestFault): IncomingAnswer {
  if (typeof fault === "string") throw new SendFailure(fault, "as the test wants it");
  const answer = jsonAnswer(fault.status, fault.body);
  if (fault.retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, "retry-after": String(fault.retryAfter) } };
}

const jsonAnswer = (status: number, body: unknown): IncomingAnswer => ({
  status: body === undefined && status === 200 ? 204 : status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
});
