import type { ApiShape } from "./api-shape.ts";
import type { ClientOptions } from "./call-options.ts";
import type { Client } from "./client-of.ts";
import { type CustomRoute, customMethod, type Method, standardMethods } from "./methods.ts";
import { newSend } from "./transport.ts";

/** Where every operation is. `keelson gen client` writes one. */
export interface ApiDescription {
  /** Which version of the API it describes, and the header field that says so. */
  readonly version?: { readonly header: string; readonly date: string };
  readonly resources: { readonly [name: string]: ResourceDescription };
  readonly operations: { readonly [name: string]: OperationDescription };
}

/** The operations of a resource. */
export interface ResourceDescription {
  readonly path: string;
  readonly standard: readonly string[];
  readonly custom: { readonly [name: string]: OperationDescription & { readonly on: "row" | "collection" } };
}

export interface OperationDescription {
  readonly path: string;
  readonly effect: CustomRoute["effect"];
}

/** Makes a client from a description: plain objects with a function for each operation. */
export function createDescribedClient<A extends ApiShape>(
  description: ApiDescription,
  options: ClientOptions,
): Client<A> {
  const { header, date } = description.version ?? {};
  const version = options.version ?? date;
  const send = newSend(version === undefined ? options : { ...options, version }, header);
  const client: Record<string, object> = {};
  for (const [name, { path, effect }] of Object.entries(description.operations))
    client[name] = customMethod(send, { operation: name, on: "nothing", path, effect });
  for (const [name, resource] of Object.entries(description.resources)) {
    const standard = standardMethods(send, name, resource.path);
    const methods: Record<string, Method> = {};
    for (const one of resource.standard) methods[one] = standard[one] as Method;
    for (const [own, { path, effect, on }] of Object.entries(resource.custom))
      methods[own] = customMethod(send, {
        operation: `${name}.${own}`,
        on,
        resourcePath: resource.path,
        path,
        effect,
      });
    // An operation of no resource may have the name of one.
    client[name] = Object.freeze(Object.assign(client[name] ?? {}, methods));
  }
  return Object.freeze(client) as unknown as Client<A>;
}
