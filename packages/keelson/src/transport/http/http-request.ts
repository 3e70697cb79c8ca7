import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { ClientAddress } from "../../base/client-address.ts";
import type { VersionChoice } from "../../operation/envelope.ts";

/** One request as endpoints see it. */
export class HttpRequest {
  readonly id: string;
  readonly method: string;
  /** Canonical: checked before routing, and the only form that is looked at. */
  readonly path: string;
  /** What follows the question mark, as sent. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The variable segment of the path, or the empty string. */
  readonly parameter: string;
  /** Where it came from, proxies seen through. */
  readonly client: ClientAddress | undefined;
  /** Decompressed; undefined when none was sent or the endpoint takes none. */
  body: Uint8Array | undefined;

  /** Instead of a body, where the endpoint takes it while it arrives; decompressed. */
  content: AsyncIterable<Uint8Array> | undefined;

  /** Set by a door that has versions of its API. */
  version: VersionChoice | undefined;

  readonly #response: ServerResponse;
  #abort: AbortController | undefined;

  constructor(
    incoming: IncomingMessage,
    response: ServerResponse,
    target: {
      readonly id: string;
      readonly path: string;
      readonly query: string;
      readonly parameter: string;
      readonly client: ClientAddress | undefined;
    },
  ) {
    this.id = target.id;
    this.method = incoming.method ?? "";
    this.path = target.path;
    this.query = target.query;
    this.parameter = target.parameter;
    this.client = target.client;
    this.headers = incoming.headers;
    this.body = undefined;
    this.content = undefined;
    this.version = undefined;
    this.#response = response;
    this.#abort = undefined;
  }

  /** Aborted when the caller hangs up before the answer is out. Made when first asked for. */
  get signal(): AbortSignal {
    this.#abort ??= abortOnHangUp(this.#response);
    return this.#abort.signal;
  }
}

function abortOnHangUp(response: ServerResponse): AbortController {
  const controller = new AbortController();
  const look = (): void => {
    if (!response.writableFinished) controller.abort();
  };
  // It may have happened before anybody asked.
  if (response.closed) look();
  else response.once("close", look);
  return controller;
}
