/** A request as it is sent; what `fetch` takes, and who sends it. */
export interface TestRequestInit<As> extends Omit<RequestInit, "headers"> {
  /** Signs a token for this caller. Without it the request has no token. */
  readonly as?: As;
  /** The body as JSON; a merge patch for PATCH. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The API over HTTP: the same server that `keelson start` runs, on a free port of this machine. What comes back is the
 * `Response` of `fetch`, whatever its status.
 */
export interface TestApi<As> {
  /** @param path - with its version: `/v1/orders?limit=2` */
  fetch(path: string, init?: TestRequestInit<As>): Promise<Response>;
  get(path: string, init?: TestRequestInit<As>): Promise<Response>;
  post(path: string, init?: TestRequestInit<As>): Promise<Response>;
  put(path: string, init?: TestRequestInit<As>): Promise<Response>;
  patch(path: string, init?: TestRequestInit<As>): Promise<Response>;
  delete(path: string, init?: TestRequestInit<As>): Promise<Response>;
  /** A search whose filter is in the body (`QUERY`). */
  query(path: string, init?: TestRequestInit<As>): Promise<Response>;
  /** Where it is served, without `/v1`: for a client of your own. */
  url(): Promise<string>;
  /** An access token for a caller; it expires an hour later by the test's clock. */
  token(caller: As): Promise<string>;
}

const methods = ["get", "post", "put", "patch", "delete", "query"] as const;

export function newTestApi<As>(options: {
  readonly url: () => Promise<string>;
  readonly token: (caller: As) => Promise<string>;
}): TestApi<As> {
  const send = async (path: string, init: TestRequestInit<As> = {}): Promise<Response> => {
    const { as, json, headers = {}, ...rest } = init;
    const type = init.method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return fetch((await options.url()) + path, {
      ...rest,
      headers: {
        ...(json === undefined ? {} : { "content-type": type }),
        ...(as === undefined ? {} : { authorization: `Bearer ${await options.token(as)}` }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  };
  const byMethod = Object.fromEntries(
    methods.map((method) => [
      method,
      (path: string, init: TestRequestInit<As> = {}) => send(path, { ...init, method: method.toUpperCase() }),
    ]),
  ) as Pick<TestApi<As>, (typeof methods)[number]>;
  return Object.freeze({ ...byMethod, fetch: send, url: options.url, token: options.token });
}
