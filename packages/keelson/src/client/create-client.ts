import type { ApiOf, BackendTypes, PluralsOf } from "./api-of.ts";
import type { ClientOptions } from "./call-options.ts";
import type { Client } from "./client-of.ts";
import { customMethod, type Method, standardMethods } from "./methods.ts";
import { isImportSource } from "./operation.ts";
import { pathSegment, pluralName } from "./path-names.ts";
import { newSend, type Send } from "./transport.ts";

/** Options of a client whose types come from the back end's. */
export type InferredOptions<App extends BackendTypes> = ClientOptions &
  ([keyof PluralsOf<App>] extends [never]
    ? { readonly plurals?: Readonly<Record<string, never>> }
    : {
        /** The plurals that resources declare: paths are made from them. */
        readonly plurals: PluralsOf<App>;
      });

/**
 * Makes a client for a back end of the same repository. All its types come from the back end's; nothing of it is
 * loaded.
 *
 * @example
 * import { createClient } from "keelson/client";
 * import type app from "../backend.ts";
 *
 * const shop = createClient<typeof app>({ baseUrl: "https://api.example.com" });
 * for await (const order of shop.order.list({ filter: { status: "paid" } })) console.log(order.total);
 */
export function createClient<App extends BackendTypes>(options: InferredOptions<App>): Client<ApiOf<App>> {
  const send = newSend(options);
  const plurals: Readonly<Record<string, string>> = options.plurals ?? {};
  return namespace((name) => {
    const plural = Object.hasOwn(plurals, name) ? plurals[name] : undefined;
    return resourceClient(send, name, pathSegment(plural ?? pluralName(name)));
  }) as Client<ApiOf<App>>;
}

/**
 * A resource, or a command or query of this name, whichever way it is used. Ids are texts and input is not, so
 * the first argument tells an operation on a record from one on the collection.
 */
function resourceClient(send: Send, name: string, path: string): object {
  const standard = standardMethods(send, name, path);
  const free = customMethod(send, {
    operation: name,
    on: "nothing",
    path: pathSegment(name),
    effect: "write",
  });
  return namespace((member) => {
    const known = Object.hasOwn(standard, member) ? standard[member] : undefined;
    if (known && member !== "import" && member !== "export") return known;
    const route = {
      operation: `${name}.${member}`,
      resourcePath: path,
      path: pathSegment(member),
      effect: "write",
    } as const;
    const onRow = customMethod(send, { ...route, on: "row" });
    const onCollection = customMethod(send, { ...route, on: "collection" });
    return (...args: never[]) => {
      if (typeof args[0] === "string") return onRow(...args);
      // Commands may be called so, too: of files, and of what goes on after the answer, they know nothing.
      return known && (member === "export" || isImportSource(args[0]))
        ? known(...args)
        : onCollection(...args);
    };
  }, free);
}

/** Members that come into being when they are asked for. What the language itself asks for is not there. */
function namespace(make: (name: string) => unknown, target: Method | object = {}): object {
  const made = new Map<string, unknown>();
  return new Proxy(target, {
    get: (_target, name) => {
      if (typeof name !== "string" || name === "then" || name === "toJSON") return undefined;
      if (!made.has(name)) made.set(name, make(name));
      return made.get(name);
    },
  });
}
