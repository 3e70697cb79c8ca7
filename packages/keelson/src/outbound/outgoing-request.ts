/** A request to another service. */
export interface OutgoingRequest {
  readonly method: string;
  /** Path and query, as they go on the wire. */
  readonly target: string;
  /** Without those that the connection needs: `Host`, `Content-Length`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** What it is for; it does not go on the wire. */
  readonly operation?: string;
  readonly maxAnswerBytes: number;
  /** Aborted when nobody waits any longer; its reason is what `send` then throws. */
  readonly signal: AbortSignal;
}

/** What came back. */
export interface IncomingAnswer {
  readonly status: number;
  /** Names in lower case; of a field that came several times, the values with commas between. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends a request and reads the whole answer. @throws SendFailure, or the signal's reason */
export type Send = (request: OutgoingRequest) => Promise<IncomingAnswer>;
