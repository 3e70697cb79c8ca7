import {
  ApiError,
  CallError,
  NetworkError,
  type Problem,
  TimeoutError,
  UnexpectedAnswerError,
} from "./call-error.ts";
import type { ClientOptions, HeaderFields } from "./call-options.ts";
import { askedWaitMs, delayBefore, mayRepeat } from "./repetition.ts";
import { newIdempotencyKey, type Outgoing } from "./request.ts";

/** Sends a call, again where that is safe, and gives what the API answered. */
export type Send = (outgoing: Outgoing) => Promise<unknown>;

const defaultTimeoutMs = 30_000;
const defaultRetries = 3;

/** What the options of a client say, checked. */
export function newSend(options: ClientOptions, versionHeader = "api-version"): Send {
  const base = baseOf(options.baseUrl);
  // Called as it is: browsers refuse a fetch that is called on another object.
  const { fetch: ownFetch } = options;
  const fetchNow = ownFetch ?? ((url: string, init: RequestInit) => fetch(url, init));
  return async (outgoing) => {
    const timeoutMs = outgoing.options.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs;
    const deadline = startDeadline(outgoing.operation, timeoutMs, outgoing.options.signal);
    const key = outgoing.headers?.["idempotency-key"] ?? newIdempotencyKey();
    const once = async () => {
      const headers = await deadline.within(headersOf(options, versionHeader, outgoing, key));
      const init = { ...bodyOf(outgoing), method: outgoing.method, headers, signal: deadline.signal };
      return attemptOnce(deadline, outgoing, () => fetchNow(base + outgoing.path, init));
    };
    try {
      return await repeating(
        once,
        deadline,
        outgoing,
        outgoing.options.retries ?? options.retries ?? defaultRetries,
      );
    } finally {
      deadline.end();
    }
  };
}

async function repeating(
  once: () => Promise<unknown>,
  deadline: Deadline,
  { effect }: Outgoing,
  retries: number,
): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      // The try before may have deleted it and its answer got lost.
      if (effect === "delete" && tries > 1 && error.code === "not_found") return undefined;
      const delayMs = delayBefore(tries, error);
      if (tries > retries || !mayRepeat(effect, error) || delayMs >= deadline.leftMs()) throw error;
      await deadline.within(new Promise((resolve) => setTimeout(resolve, delayMs)));
    }
  }
}

async function attemptOnce(
  deadline: Deadline,
  outgoing: Outgoing,
  send: () => Promise<Response>,
): Promise<unknown> {
  let answer: Response;
  let text: string;
  try {
    answer = await deadline.within(send());
    outgoing.onAnswer?.(answer);
    if (outgoing.streamed && answer.ok) return answer;
    text = await deadline.within(answer.text());
  } catch (error) {
    deadline.check();
    if (error instanceof CallError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new NetworkError(outgoing.operation, `no answer came: ${reason}`, error);
  }
  return readAnswer(outgoing.operation, answer, text);
}

function readAnswer(operation: string, answer: Response, text: string): unknown {
  if (answer.ok && text === "") return undefined;
  const type = (answer.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  const wait = askedWaitMs(answer.headers);
  const expected = answer.ok ? "application/json" : "application/problem+json";
  const value = type === expected ? parse(text) : undefined;
  if (answer.ok && value !== undefined) return value;
  if (isProblem(value)) throw new ApiError(operation, value, wait);
  const what = type === "" ? "without a content type" : `of the type ${type}`;
  throw new UnexpectedAnswerError(
    operation,
    `${answer.status} ${what} is no answer of this API; does baseUrl lead to it?`,
    answer.status,
    wait,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" &&
  value !== null &&
  "code" in value &&
  typeof value.code === "string" &&
  "status" in value;

function bodyOf({ method, body, raw }: Outgoing): Pick<RequestInit, "body"> {
  // A body that is a stream must say that it is sent before the answer comes.
  if (raw) return { body: raw.body, duplex: "half" } as Pick<RequestInit, "body">;
  return method === "GET" || body === undefined ? {} : { body: JSON.stringify(body) };
}

async function headersOf(
  options: ClientOptions,
  versionHeader: string,
  { method, effect, body, raw, streamed, headers, options: call }: Outgoing,
  key: string,
): Promise<Record<string, string>> {
  const token = typeof options.token === "function" ? await options.token() : options.token;
  const own: HeaderFields | undefined =
    typeof options.headers === "function" ? await options.headers() : options.headers;
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const fields: Record<string, string | undefined> = {
    accept: streamed ? "*/*" : "application/json",
    ...(body === undefined ? {} : { "content-type": type }),
    ...(raw ? { "content-type": raw.type } : {}),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...headers,
    [versionHeader.toLowerCase()]: options.version,
    "idempotency-key": effect === "read" ? undefined : key,
    ...lowerCased(own),
    ...lowerCased(call.headers),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

const lowerCased = (fields: HeaderFields | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

interface Deadline {
  /** Aborted when the time is over or the caller aborts. */
  readonly signal: AbortSignal;
  leftMs(): number;
  /** Throws why the call ended, if it has. */
  check(): void;
  /** Waits, but not longer than the call may last. */
  within<T>(work: Promise<T>): Promise<T>;
  end(): void;
}

/** The end of a call: its time, or its caller's signal, whichever comes first. */
function startDeadline(operation: string, timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  caller?.throwIfAborted();
  const controller = new AbortController();
  const endsAt = Date.now() + timeoutMs;
  const timeout = () =>
    controller.abort(new TimeoutError(operation, `no answer came within ${timeoutMs} ms.`));
  const timer = setTimeout(timeout, Math.min(timeoutMs, longestTimerMs));
  const abort = () => controller.abort(caller?.reason);
  caller?.addEventListener("abort", abort, { once: true });
  const { signal } = controller;
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  // Where nobody waits for it, its end is no news.
  over.catch(() => {});
  return {
    signal,
    leftMs: () => endsAt - Date.now(),
    check: () => signal.throwIfAborted(),
    within: (work) => Promise.race([work, over]),
    end: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", abort);
    },
  };
}

/** Timers count in 32 bits. */
const longestTimerMs = 2 ** 31 - 1;

function baseOf(baseUrl: string | URL): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError(
      `baseUrl must be an absolute URL such as https://api.example.com, not ${JSON.stringify(baseUrl)}.`,
    );
  }
  if (url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "")
    throw new TypeError("baseUrl must be a plain address, without query, fragment or credentials.");
  if (/\/v1\/?$/.test(url.pathname))
    throw new TypeError("baseUrl is the address without /v1, which the client adds.");
  return url.href.replace(/\/$/, "");
}
