/** Header fields by name. */
export type HeaderFields = Readonly<Record<string, string>>;

/** What every client is told. */
export interface ClientOptions {
  /** Where the API is served, without `/v1`: `https://api.example.com`. */
  readonly baseUrl: string | URL;
  /** The access token, or how to get it: asked before every request. Undefined calls anonymously. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Further header fields of every request, or how to get them. */
  readonly headers?: HeaderFields | (() => HeaderFields | Promise<HeaderFields>);
  /**
   * The version of the API that the program is written for, `YYYY-MM-DD`. @defaultValue for generated clients the one
   * that they were generated from; otherwise what the credentials began with
   */
  readonly version?: string;
  /** Sends the requests. @defaultValue the `fetch` of the platform */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** How long a call may take, repetitions included. @defaultValue 30,000 ms */
  readonly timeoutMs?: number;
  /** How often a call that may be repeated is repeated at most. @defaultValue 3 */
  readonly retries?: number;
}

/** Options of a single call. */
export interface CallOptions {
  /** Aborts the call; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long this call may take, repetitions included. For a list: each page. */
  readonly timeoutMs?: number;
  /** How often it is repeated at most. */
  readonly retries?: number;
  /** Further header fields. */
  readonly headers?: HeaderFields;
}

/** Options of a call with effects. */
export interface WriteOptions extends CallOptions {
  /** Names this very intention, so that it happens once however often it is sent. @defaultValue a new key */
  readonly idempotencyKey?: string;
}

/** Options of a call that changes a record. */
export interface ChangeOptions extends WriteOptions {
  /** Goes on only when the record still has this `version` (or this entity tag): otherwise `precondition_failed`. */
  readonly ifMatch?: number | string;
}
