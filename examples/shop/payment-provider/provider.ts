import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** How the provider is to misbehave. */
export interface Misbehaviour {
  /** The part of requests that it answers with 500, 0 to 1. */
  readonly failing?: number;
  /** How long it takes to answer. */
  readonly delayMs?: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Charge {
  readonly card: string;
  readonly amount: number;
  readonly currency: string;
}

const maxBodyBytes = 10_000;

/**
 * A payment provider for development and tests: it takes every card but `tok_declined`, forgets everything when it
 * ends, and answers the same request under the same `Idempotency-Key` as it did before.
 */
export function newProvider({ failing = 0, delayMs = 0 }: Misbehaviour = {}): Server {
  const known = new Map<string, { readonly request: string; readonly answer: Answer }>();
  return createServer(async (incoming, response) => {
    const body = await read(incoming);
    if (delayMs > 0) await pause(delayMs);
    if (Math.random() < failing) return send(response, { status: 500, body: { code: "out_of_order" } });
    const key = String(incoming.headers["idempotency-key"] ?? randomUUID());
    const before = known.get(key);
    if (before && before.request !== body)
      return send(response, { status: 422, body: { code: "key_reused" } });
    const answer = before?.answer ?? decide(incoming, body);
    if (answer.status < 500) known.set(key, { request: body, answer });
    send(response, answer);
  });
}

function decide({ method, url, headers }: IncomingMessage, body: string): Answer {
  if (!headers.authorization?.startsWith("Bearer ")) return { status: 401, body: { code: "no_key" } };
  if (method !== "POST" || url !== "/charges") return { status: 404, body: { code: "not_found" } };
  const charge = chargeOf(body);
  if (!charge) return { status: 400, body: { code: "malformed" } };
  if (charge.card === "tok_declined") return { status: 402, body: { code: "card_declined" } };
  return { status: 201, body: { id: `ch_${randomUUID()}`, status: "succeeded", ...charge } };
}

function chargeOf(body: string): Charge | undefined {
  try {
    const { card, amount, currency } = JSON.parse(body) as Partial<Charge>;
    const valid = typeof card === "string" && Number.isInteger(amount) && typeof currency === "string";
    return valid ? { card, amount: Number(amount), currency } : undefined;
  } catch {
    return undefined;
  }
}

async function read(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) if (text.length < maxBodyBytes) text += chunk;
  return text;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
