import type { Observation } from "../../observe/observation.ts";
import type { ApiOperation } from "./api-operation.ts";
import { type Complaint, parsed } from "./complaint.ts";
import { curlText, rawText } from "./curl-text.ts";
import { operationAt } from "./find-operation.ts";
import type { FuzzReport } from "./fuzz-report.ts";
import { type FuzzRequest, headerOf, type RawRequest, targetOf } from "./fuzz-request.ts";
import { type Judging, judgeAnswer } from "./judge-answer.ts";
import type { Memory } from "./memory.ts";
import { newRunNotes } from "./run-notes.ts";
import type { FuzzAnswer, NoAnswer, Sender } from "./send-request.ts";
import { shrinkRequest } from "./shrink-request.ts";

/** What is shared by everything that sends requests in one run. */
export interface FuzzRun extends Judging {
  /** Sends, judges, remembers and counts; complaints become failures. */
  send(request: FuzzRequest, memory: Memory): Promise<FuzzAnswer | undefined>;
  sendRaw(request: RawRequest): Promise<void>;
  /** Notes a failure that a story has found, or that belongs to no request. */
  fail(complaint: Complaint, request?: FuzzRequest): void;
  report(seed: number): FuzzReport;
  /** How many requests were sent. */
  readonly sent: () => number;
}

interface RunParts extends Judging {
  readonly url: string;
  readonly sender: Sender;
  readonly tokens: ReadonlyMap<string, string>;
  readonly observations: () => readonly Observation[];
}

export function newFuzzRun(parts: RunParts): FuzzRun {
  const { url, sender, tokens, observations, descriptions, check } = parts;
  const judging: Judging = { descriptions, check };
  const notes = newRunNotes();
  const exchange = (request: FuzzRequest): Promise<FuzzAnswer | NoAnswer> =>
    sender.send(request, request.caller === undefined ? undefined : tokens.get(request.caller));
  const breaks = async (request: FuzzRequest, rule: string): Promise<boolean> =>
    isMeant(judging, request) &&
    complaintsOf(judging, request, await exchange(request)).some((each) => each.rule === rule);
  /** Notes what is new, with the smallest request that shows it. */
  const tell = async (request: FuzzRequest, answer: FuzzAnswer | NoAnswer): Promise<void> => {
    for (const complaint of complaintsOf(judging, request, answer)) {
      const noted = notes.note(complaint, {
        ...shownOf(url, request),
        cause: "broken" in answer ? undefined : causeOf(observations(), answer),
      });
      if (!noted) continue;
      const smallest = await shrinkRequest(request, (smaller) => breaks(smaller, complaint.rule));
      noted.request = curlText(url, smallest);
    }
  };
  return {
    ...judging,
    sent: notes.sent,
    send: async (request, memory) => {
      const answer = await exchange(request);
      notes.count(request.kind, "broken" in answer ? "none" : String(answer.status));
      await tell(request, answer);
      if ("broken" in answer) return undefined;
      const called = answer.status < 300 && request.operation && calledBy(request.operation, request);
      if (called) {
        notes.succeeded(called.id);
        learn(memory, called, request, answer);
      }
      return answer;
    },
    sendRaw: async (raw) => {
      const answer = await sender.sendRaw(raw);
      const complaint = judgeRaw(answer);
      notes.count("hostile", String((Buffer.isBuffer(answer) ? statusOf(answer) : undefined) ?? "none"));
      const shown = { about: raw.about, operation: undefined, request: rawText(url, raw), cause: undefined };
      if (complaint) notes.note(complaint, shown);
    },
    fail: (complaint, request) =>
      void notes.note(complaint, { ...(request ? shownOf(url, request) : unknownRequest), cause: undefined }),
    report: (seed) =>
      notes.report(
        seed,
        (descriptions[0]?.operations ?? []).map(({ id }) => id),
      ),
  };
}

const shownOf = (url: string, request: FuzzRequest) => ({
  about: request.about,
  operation: request.operation?.id,
  request: curlText(url, request),
});

const unknownRequest = {
  about: "one of the requests before",
  operation: undefined,
  request: "which one is not known",
};

function complaintsOf(
  judging: Judging,
  request: FuzzRequest,
  answer: FuzzAnswer | NoAnswer,
): readonly Complaint[] {
  if (!("broken" in answer)) return judgeAnswer(judging, request, answer);
  // What Node's client refuses to send says nothing about the server.
  return answer.broken.startsWith("not sendable") ? [] : [{ rule: "no answer", detail: answer.broken }];
}

const calledBy = ({ description }: ApiOperation, { method, path }: FuzzRequest): ApiOperation | undefined =>
  operationAt(description, method, path);

function learn(
  memory: Memory,
  operation: ApiOperation,
  request: FuzzRequest,
  { status, headers, bytes }: FuzzAnswer,
): void {
  if (request.method === "HEAD" || headers["content-encoding"] !== undefined) return;
  memory.learn(
    operation,
    { target: targetOf(request), body: request.json },
    {
      status,
      json: parsed(bytes)?.value,
      etag: headers.etag,
      location: headers["content-location"] ?? headers.location,
    },
  );
}

/** Whether a request that was made smaller still is what its expectation says of it. */
function isMeant({ check }: Judging, request: FuzzRequest): boolean {
  const { operation, expectation, json, query } = request;
  if (expectation === "any" || !operation) return true;
  const { parameters, body, description } = operation;
  const complete = parameters.every(
    ({ name, in: place, required }) =>
      !required ||
      place === "path" ||
      (place === "header"
        ? headerOf(request, name.toLowerCase()) !== undefined
        : query.some((part) => part.startsWith(`${encodeURIComponent(name)}=`))),
  );
  const schema = body?.content.get(headerOf(request, "content-type") ?? "");
  if (!schema)
    return expectation === "accept" && complete && request.body === undefined && body?.required !== true;
  if (json === undefined) return false;
  const fits = check(description, schema, json) === undefined;
  return expectation === "accept" ? complete && fits : !fits;
}

const statusOf = (answer: Buffer): number | undefined => {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer.toString("latin1", 0, 20))?.[1];
  return status === undefined ? undefined : Number(status);
};

/** Bytes that are no request may be answered with any refusal, but with one. */
function judgeRaw(answer: Buffer | NoAnswer): Complaint | undefined {
  if (!Buffer.isBuffer(answer)) return { rule: "no answer", detail: answer.broken };
  // Who ends their side has hung up, and need not be told.
  if (answer.length === 0) return undefined;
  const status = statusOf(answer);
  const start = JSON.stringify(answer.toString("latin1", 0, 200));
  if (status === undefined) return { rule: "no HTTP", detail: start };
  const refused = status === 501 || status === 505 || (status === 503 && answer.includes('"overloaded"'));
  return status >= 500 && !refused ? { rule: "server error", detail: start } : undefined;
}

/** What the server knows about an error of its own. */
function causeOf(observations: readonly Observation[], { status, headers }: FuzzAnswer): string | undefined {
  if (status < 500) return undefined;
  const id = headers["x-request-id"];
  const found = observations
    .slice(-2_000)
    .map((each) => ("requestId" in each && each.requestId === id && "error" in each ? each.error : undefined))
    .findLast((error) => error instanceof Error);
  const cause = found?.cause ?? found;
  return cause instanceof Error
    ? (cause.stack ?? cause.message)
    : cause === undefined
      ? undefined
      : String(cause);
}
