import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Duration, durationMs } from "../base/duration.ts";
import type { Backend } from "../declare/backend.ts";
import type { Fields } from "../declare/field.ts";
import type {
  Integration,
  IntegrationBreaker,
  IntegrationOperation,
  IntegrationRetry,
} from "../declare/integration.ts";
import type { DraftResource } from "./draft-resource.ts";
import type {
  BreakerModel,
  IntegrationModel,
  IntegrationOperationModel,
  ShapeModel,
  UpstreamRetryModel,
} from "./integration-model.ts";
import { linkSpec } from "./link-fields.ts";

/** What holds where nothing is declared. */
export const integrationDefaults = {
  connect: "2s",
  attempt: "5s",
  total: "8s",
  retries: 2,
  retryFrom: "100ms",
  retryTo: "2s",
  statuses: [408, 429, 500, 502, 503, 504],
  budget: 0.2,
  ratio: 0.5,
  window: "30s",
  minimum: 10,
  open: "10s",
  probes: 1,
  concurrent: 64,
  queue: 64,
  idempotencyHeader: "Idempotency-Key",
  maxAnswerBytes: 1_048_576,
} as const;

const defaults = integrationDefaults;

type Drafts = ReadonlyMap<string, DraftResource>;

/** The integrations of a back end by name. */
export const linkIntegrations = (
  backend: Pick<Backend, "integrations">,
  drafts: Drafts,
): ReadonlyMap<string, IntegrationModel> =>
  new Map((backend.integrations ?? []).map((each) => [each.name, linkIntegration(each, drafts)]));

function linkIntegration(declaration: Integration, drafts: Drafts): IntegrationModel {
  const { options } = declaration;
  const { timeout = {}, bulkhead = {} } = options;
  const attemptMs = msOf(timeout.attempt ?? defaults.attempt);
  return Object.freeze({
    name: declaration.name,
    declaration,
    baseUrl: options.baseUrl,
    auth: options.auth,
    headers: options.headers ?? {},
    connectTimeoutMs: msOf(timeout.connect ?? defaults.connect),
    totalTimeoutMs: msOf(timeout.total ?? defaults.total),
    retry: options.retry === false ? undefined : linkRetry(options.retry),
    breaker: options.breaker === false ? undefined : linkBreaker(options.breaker),
    concurrent: bulkhead.concurrent ?? defaults.concurrent,
    queue: bulkhead.queue ?? defaults.queue,
    idempotencyHeader: options.idempotencyHeader ?? defaults.idempotencyHeader,
    maxAnswerBytes: options.maxAnswerBytes ?? defaults.maxAnswerBytes,
    operations: new Map(
      Object.entries(options.operations).map(([name, operation]) => [
        name,
        linkOperation(name, operation, attemptMs, drafts),
      ]),
    ),
  });
}

const linkRetry = (retry: IntegrationRetry = {}): UpstreamRetryModel => ({
  limit: retry.limit ?? defaults.retries,
  fromMs: msOf(retry.from ?? defaults.retryFrom),
  toMs: msOf(retry.to ?? defaults.retryTo),
  statuses: new Set(retry.statuses ?? defaults.statuses),
  budget: retry.budget ?? defaults.budget,
});

const linkBreaker = (breaker: IntegrationBreaker = {}): BreakerModel => ({
  ratio: breaker.ratio ?? defaults.ratio,
  windowMs: msOf(breaker.window ?? defaults.window),
  minimum: breaker.minimum ?? defaults.minimum,
  openMs: msOf(breaker.open ?? defaults.open),
  probes: breaker.probes ?? defaults.probes,
});

function linkOperation(
  name: string,
  declaration: IntegrationOperation,
  attemptMs: number,
  drafts: Drafts,
): IntegrationOperationModel {
  const { method, path, input, output, timeout } = declaration;
  const keyed = method === "POST" || method === "PATCH";
  return Object.freeze({
    name,
    declaration,
    method,
    path: pathParts(path),
    input: shapeOf(input, drafts),
    output: shapeOf(output, drafts),
    attemptTimeoutMs: timeout === undefined ? attemptMs : msOf(timeout),
    idempotent: declaration.idempotent ?? !keyed,
    keyed,
  });
}

/** Texts and names in turn, beginning and ending with a text. */
const pathParts = (path: string): readonly string[] => path.split(/\{(\w+)\}/);

/** The names in a path. */
export const pathNames = (path: string): readonly string[] =>
  pathParts(path).filter((_, position) => position % 2 === 1);

function shapeOf(shape: IntegrationOperation["input"], drafts: Drafts): ShapeModel | undefined {
  if (shape === undefined) return undefined;
  if ("~standard" in shape) return { kind: "schema", schema: shape as StandardSchemaV1 };
  const fields = Object.entries(shape as Fields);
  return {
    kind: "fields",
    fields: new Map(fields.map(([name, field]) => [name, linkSpec(field.spec, drafts)])),
  };
}

const msOf = (duration: Duration): number => durationMs(duration) ?? 0;
