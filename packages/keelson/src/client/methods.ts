import type { Call } from "./attempt.ts";
import { batchResults } from "./batch.ts";
import type { ChangeOptions } from "./call-options.ts";
import { Pages } from "./pages.ts";
import {
  answerQuery,
  batchQuery,
  changing,
  entityTag,
  type ListParts,
  listRequest,
  segment,
} from "./request.ts";
import { transferMethods } from "./transfer-methods.ts";
import type { Send } from "./transport.ts";

/** What a method is called with, before types say more. */
type Options = Omit<ChangeOptions, never> & ListParts;

/** An operation as it is called. */
export type Method = (...args: never[]) => unknown;

const base = "/v1";

/** The standard operations of a resource, by name. */
export function standardMethods(
  send: Send,
  resource: string,
  path: string,
): Readonly<Record<string, Method>> {
  const collection = `${base}/${path}`;
  const record = (id: string) => `${collection}/${segment(id)}`;
  return {
    list: (options: Options = {}) =>
      new Pages(options.cursor, (cursor) =>
        send({
          operation: `${resource}.list`,
          effect: "read",
          options,
          ...listRequest(collection, cursor === undefined ? options : { ...options, cursor }),
        }),
      ),
    get: async (id: string, options: Options = {}) =>
      send({
        operation: `${resource}.get`,
        effect: "read",
        method: "GET",
        path: record(id) + answerQuery(options),
        headers: { "if-match": entityTag(options.ifMatch) },
        options,
      }),
    create: async (data: unknown, options: Options = {}) =>
      send({
        operation: `${resource}.create`,
        effect: "write",
        method: "POST",
        path: collection + answerQuery(options),
        body: data,
        headers: changing(options),
        options,
      }),
    update: async (id: string, changes: unknown, options: Options = {}) =>
      send({
        operation: `${resource}.update`,
        effect: "write",
        method: "PATCH",
        path: record(id) + answerQuery(options),
        body: changes,
        headers: changing(options),
        options,
      }),
    delete: async (id: string, options: Options = {}) =>
      send({
        operation: `${resource}.delete`,
        effect: "delete",
        method: "DELETE",
        path: record(id),
        headers: changing(options),
        options,
      }),
    ...transferMethods(send, resource, collection),
    batch: async (items: readonly unknown[], { atomic, ...options }: Options & { atomic?: boolean } = {}) =>
      batchResults(
        await send({
          operation: `${resource}.batch`,
          effect: "write",
          method: "POST",
          path: `${collection}/batch${batchQuery({ ...options, atomic })}`,
          body: { items },
          headers: changing(options),
          options,
        }),
      ),
  };
}

/** A command or query: what it is called, and where. */
export interface CustomRoute {
  readonly operation: string;
  readonly on: "row" | "collection" | "nothing";
  /** Path segment of the resource; none for what belongs to no resource. */
  readonly resourcePath?: string;
  /** Its own path segment. */
  readonly path: string;
  readonly effect: "read" | "write";
}

/** A command or query; with POST, which every one of them takes. */
export function customMethod(send: Send, route: CustomRoute): Method {
  const { operation, on, resourcePath, path, effect } = route;
  const call = async (place: string, input: unknown, options: Options): Promise<unknown> =>
    send({
      operation,
      effect,
      method: "POST",
      path: `${base}/${place}${path}${answerQuery(options)}`,
      body: input,
      headers: effect === "write" ? changing(options) : {},
      options,
    });
  const prefix = resourcePath === undefined ? "" : `${resourcePath}/`;
  if (on !== "row") return async (input?: unknown, options: Options = {}) => call(prefix, input, options);
  return async (id: string, input?: unknown, options: Options = {}) =>
    call(`${prefix}${segment(id)}/`, input, options) as Call<unknown>;
}
