import type { IncomingHttpHeaders } from "node:http";
import type { HttpReply } from "./http-reply.ts";
import type { HttpRequest } from "./http-request.ts";

/** Methods that some path may offer. A known one that a path does not offer is 405, any other is 501. */
export const knownMethods = [
  "GET",
  "HEAD",
  "QUERY",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
] as const;

/** Methods that an endpoint can be given for: HEAD follows from GET, OPTIONS from all. */
export type EndpointMethod = "GET" | "QUERY" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What one method of a path does. */
export interface Endpoint {
  /** Media type of its answers, for `Accept`; undefined where nothing is negotiated. */
  readonly produces?: string;
  /** Answered under any load: those who ask decide whether this process lives. */
  readonly vital?: true;
  /** Absent: a body is refused. */
  readonly body?: BodyRule;
  /** Words what was thrown before `handle` was called as `handle` words what it throws itself. */
  readonly refuse?: (headers: IncomingHttpHeaders, thrown: unknown) => unknown;
  /** Throws a KeelsonError for what it refuses itself. */
  handle(request: HttpRequest): HttpReply | Promise<HttpReply>;
}

export interface BodyRule {
  readonly types: readonly string[];
  /** Header field that tells the accepted types (RFC 9110, 5789, 10008). */
  readonly advertise: "Accept" | "Accept-Patch" | "Accept-Query";
  readonly required: boolean;
  /** The body is not read beforehand: the endpoint takes it from `request.content` while it arrives. */
  readonly streamed?: true;
}

/** A path and what it offers. */
export interface HttpRoute {
  /** Segments of lower-case letters, digits, `.` and `-`; `{id}` stands for a variable one: `/v1/orders/{id}/pay`. */
  readonly path: string;
  readonly endpoints: { readonly [M in EndpointMethod]?: Endpoint };
}
