import { durationMs } from "../../base/duration.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { Backend } from "../../declare/backend.ts";
import type { Job } from "../../declare/job.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { checkName } from "./check-name.ts";
import { checkErrors, checkInput } from "./check-operations.ts";
import { checkOptions } from "./check-options.ts";
import { type Findings, shown } from "./findings.ts";
import { inJob } from "./place.ts";

const options = [
  "input",
  "description",
  "errors",
  "retry",
  "timeout",
  "concurrency",
  "key",
  "group",
  "priority",
  "transaction",
  "run",
];
const dayMs = 86_400_000;

type Given = Readonly<Record<string, unknown>>;

/** Jobs: their names, input, errors, handler, and how they are to be run. */
export function checkJobs(findings: Findings, backend: Backend): void {
  const resources: ReadonlyMap<string, AnyResource> = new Map(
    backend.resources.map((resource) => [resource.name, resource]),
  );
  const seen = new Set<string>();
  for (const job of backend.jobs ?? []) {
    const where = inJob(job.name);
    if (checkName(findings, where, job.name) && seen.has(job.name))
      findings.blocker(
        "duplicate-name",
        where,
        "There is another job with this name.",
        "Rename one of them.",
      );
    seen.add(job.name);
    checkOne(findings, where, job, resources);
  }
}

function checkOne(
  findings: Findings,
  where: string,
  job: Job,
  resources: ReadonlyMap<string, AnyResource>,
): void {
  const given = job.options as unknown as Given;
  checkOptions(findings, where, given, options);
  if (typeof given["run"] !== "function")
    findings.blocker(
      "invalid-handler",
      where,
      `run is ${shown(given["run"])}.`,
      "Give a function: async run({ input, db }) { … }.",
    );
  checkInput(findings, where, { input: job.options.input }, resources);
  checkErrors(findings, where, { errors: job.options.errors ?? {} });
  checkRetry(findings, where, given["retry"]);
  checkLength(findings, where, "timeout", given["timeout"], 1_000, dayMs, 'from "1s" to "1d", e.g. "30s"');
  checkWhole(findings, where, "concurrency", given["concurrency"], 1, 1_000);
  checkWhole(findings, where, "priority", given["priority"], -1_000, 1_000);
  checkKey(findings, where, given["key"]);
  checkGroup(findings, where, given["group"]);
  checkTransaction(findings, where, given["transaction"]);
}

function checkRetry(findings: Findings, where: string, retry: unknown): void {
  if (retry === undefined) return;
  const place = `${where}, retry`;
  if (typeof retry !== "object" || retry === null) {
    findings.blocker(
      "invalid-job",
      place,
      `It is ${shown(retry)}.`,
      'Write { limit: 8, from: "1s", to: "10m" }.',
    );
    return;
  }
  const { limit, from, to } = retry as Given;
  checkOptions(findings, place, retry, ["limit", "from", "to"]);
  checkWhole(findings, place, "limit", limit, 0, 100);
  checkLength(findings, place, "from", from, 1, dayMs, 'up to "1d", e.g. "1s"');
  checkLength(findings, place, "to", to, 1, dayMs, 'up to "1d", e.g. "10m"');
  const fromMs = durationMs(from ?? "1s") ?? 0;
  const toMs = durationMs(to ?? "10m") ?? fromMs;
  if (fromMs > toMs)
    findings.error(
      "invalid-job",
      place,
      `"from" (${shown(from ?? "1s")}) is longer than "to" (${shown(to ?? "10m")}).`,
      "Make the last wait at least as long as the first.",
    );
}

function checkLength(
  findings: Findings,
  where: string,
  name: string,
  value: unknown,
  minMs: number,
  maxMs: number,
  wanted: string,
): void {
  if (value === undefined) return;
  const ms = durationMs(value);
  if (ms !== undefined && ms >= minMs && ms <= maxMs) return;
  findings.blocker("invalid-job", where, `"${name}" is ${shown(value)}.`, `Give a length ${wanted}.`);
}

function checkWhole(
  findings: Findings,
  where: string,
  name: string,
  value: unknown,
  min: number,
  max: number,
): void {
  if (value === undefined) return;
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  findings.blocker(
    "invalid-job",
    where,
    `"${name}" is ${shown(value)}.`,
    `Give a whole number from ${min} to ${max}.`,
  );
}

function checkKey(findings: Findings, where: string, key: unknown): void {
  if (key === undefined || typeof key === "function") return;
  findings.blocker(
    "invalid-job",
    where,
    `"key" is ${shown(key)}.`,
    "Give a function of the input: key: ({ order }) => order.",
  );
}

function checkGroup(findings: Findings, where: string, group: unknown): void {
  if (group === undefined) return;
  const place = `${where}, group`;
  const { by, concurrency } = (group ?? {}) as Given;
  if (typeof by !== "function")
    findings.blocker(
      "invalid-job",
      place,
      `"by" is ${shown(by)}.`,
      "Give a function: group: { by: (input, caller) => caller.id, concurrency: 2 }.",
    );
  if (concurrency === undefined)
    findings.blocker(
      "invalid-job",
      place,
      'It has no "concurrency".',
      "Say how many of a group run at the same time.",
    );
  else checkWhole(findings, place, "concurrency", concurrency, 1, 1_000);
}

function checkTransaction(findings: Findings, where: string, transaction: unknown): void {
  if (transaction === undefined || transaction === "one" || transaction === "each") return;
  const near = typeof transaction === "string" ? didYouMean(transaction, ["one", "each"]) : "";
  findings.blocker(
    "invalid-job",
    where,
    `"transaction" is ${shown(transaction)}.${near}`,
    'Write "one" for a single transaction, or "each" for one for every write.',
  );
}
