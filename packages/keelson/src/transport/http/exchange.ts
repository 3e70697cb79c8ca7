import type { IncomingMessage, ServerResponse } from "node:http";

/** A request and its response, as Node has them, under the id that answer and logs carry. */
export interface Exchange {
  readonly id: string;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

const acceptableId = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's `X-Request-Id` when it is harmless in logs and headers, otherwise a new one. */
export function requestIdOf(incoming: IncomingMessage, newId: () => string): string {
  const given = incoming.headers["x-request-id"];
  return typeof given === "string" && acceptableId.test(given) ? given : newId();
}

const maxShown = 200;

/** Method and path for logs. The query may hold what is nobody's business. */
export function shownRequest({ method = "", url = "" }: IncomingMessage): string {
  const [path = ""] = url.split("?", 1);
  return `${method} ${path}`.slice(0, maxShown);
}
