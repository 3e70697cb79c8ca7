import type { StartTimer } from "../base/timer.ts";
import { guardedLookup, type Resolve } from "./guarded-lookup.ts";
import { openConnections } from "./open-connections.ts";
import type { IncomingAnswer, OutgoingRequest } from "./outgoing-request.ts";
import { SendFailure } from "./send-failure.ts";
import { type UrlRules, vetUrl } from "./vet-url.ts";

export interface GuardedOptions extends UrlRules {
  readonly connectTimeoutMs: number;
  readonly startTimer: StartTimer;
  /** How often the answer may send it elsewhere, to where it is looked at anew. Only of `GET`. @defaultValue 0 */
  readonly maxRedirects?: number;
  /** @defaultValue as the machine does it */
  readonly resolve?: Resolve;
}

const redirects = new Set([301, 302, 303, 307, 308]);

/** Fields that were meant for the first host alone. */
const sensitive = new Set(["authorization", "cookie", "proxy-authorization"]);

/**
 * Sends a request to a URL that came with data: only to a public address, which is the one that was looked at. Without
 * redirects a 3xx is an answer like any other. Every request has a connection of its own.
 *
 * @throws SendFailure `unreachable` where the URL may not be used or leads to no public address
 */
export async function sendGuarded(
  text: string,
  request: Omit<OutgoingRequest, "target">,
  options: GuardedOptions,
): Promise<IncomingAnswer> {
  let next = text;
  let headers = request.headers;
  for (let left = options.maxRedirects ?? 0; ; left -= 1) {
    const vetted = vetUrl(next, options);
    if (!vetted.ok) throw new SendFailure("unreachable", `the URL ${vetted.error}`);
    const url = vetted.value;
    const answer = await sendOnce(url, { ...request, headers }, options);
    const { location } = answer.headers;
    if (left <= 0 || request.method !== "GET" || !redirects.has(answer.status) || location === undefined)
      return answer;
    next = URL.parse(location, url.href)?.href ?? location;
    if (URL.parse(next)?.origin !== url.origin)
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) => !sensitive.has(name.toLowerCase())),
      );
  }
}

async function sendOnce(
  url: URL,
  request: Omit<OutgoingRequest, "target">,
  { allows, resolve, connectTimeoutMs, startTimer }: GuardedOptions,
): Promise<IncomingAnswer> {
  const lookup = guardedLookup(allows, resolve);
  const connections = openConnections({ origin: url, connectTimeoutMs, startTimer, lookup });
  try {
    return await connections.send({ ...request, target: `${url.pathname}${url.search}` });
  } finally {
    connections.close();
  }
}
