import type { Caller } from "../base/caller.ts";
import { Pages } from "../client/pages.ts";
import type { AppModel, CustomOperationModel, OperationModel } from "../model/app-model.ts";
import type { App } from "../operation/call.ts";
import { parsed } from "../operation/caller-db.ts";
import type { Envelope } from "../operation/envelope.ts";
import type { ReadRequest } from "../operation/read-request.ts";

interface Options extends Omit<ReadRequest, "sort"> {
  readonly sort?: string | readonly string[];
  readonly signal?: AbortSignal;
  readonly ifMatch?: number;
  readonly idempotencyKey?: string;
}

type Part = Partial<Pick<Envelope, "id" | "input" | "atomic">>;
type Send = (operation: OperationModel, part: Part, options: Options | undefined) => Promise<unknown>;

/** The operations of a back end as a caller calls them: every one an envelope through the pipeline. */
export function callOperations(
  { model, run, newId }: Pick<App, "model" | "run" | "newId">,
  caller: Caller,
  ready: () => Promise<void> | undefined,
): Readonly<Record<string, unknown>> {
  const send: Send = async (operation, part, options = {}) => {
    // A call begins at once, so that one that nobody awaits is seen to be running.
    const pending = ready();
    if (pending !== undefined) await pending;
    const { ifMatch, signal, idempotencyKey = neededKey(operation, newId) } = options;
    const outcome = await run({
      door: "test",
      operation,
      requestId: newId(),
      credentials: { kind: "caller", caller },
      ...part,
      ...(showsOne(operation) ? readOf(options) : answerOf(options)),
      ...(ifMatch === undefined ? {} : { preconditions: { ifMatch: [ifMatch] } }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(signal ? { signal } : {}),
    });
    if (!outcome.ok) throw outcome.error;
    return parsed(outcome);
  };
  return Object.freeze({ ...ofResources(model, send), ...ofNothing(model, send) });
}

function ofResources(model: AppModel, send: Send): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...model.resources.keys()].map((name) => {
      const own = [...model.operations.values()].filter(({ resource }) => resource?.name === name);
      return [
        name,
        Object.freeze(
          Object.fromEntries(own.map((operation) => [lastOf(operation.name), methodOf(operation, send)])),
        ),
      ];
    }),
  );
}

const ofNothing = (model: AppModel, send: Send): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...model.operations.values()]
      .filter(({ resource }) => resource === undefined)
      .map((operation) => [operation.name, methodOf(operation, send)]),
  );

/** Clients make one for every call; where it is required a test shall not have to. */
const neededKey = (operation: OperationModel, newId: App["newId"]): string | undefined =>
  operation.kind === "custom" && operation.idempotency === "required" ? newId() : undefined;

const showsOne = ({ kind }: OperationModel): boolean =>
  kind !== "custom" && kind !== "batch" && kind !== "delete";

const lastOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

function methodOf(operation: OperationModel, send: Send): unknown {
  switch (operation.kind) {
    case "list":
      return (options: Options = {}) =>
        new Pages(options.cursor, (cursor) =>
          send(operation, {}, cursor === undefined ? options : { ...options, cursor }),
        );
    case "get":
      return (id: string, options?: Options) => send(operation, { id }, options);
    case "create":
      return (input: unknown, options?: Options) => send(operation, { input }, options);
    case "update":
      return (id: string, input: unknown, options?: Options) => send(operation, { id, input }, options);
    case "delete":
      return (id: string, options?: Options) => send(operation, { id }, options);
    case "batch":
      return (
        items: readonly unknown[],
        { atomic = true, ...options }: Options & { atomic?: boolean } = {},
      ) => send(operation, { input: { items }, atomic }, options);
    default:
      return customMethod(operation, send);
  }
}

function customMethod(operation: CustomOperationModel, send: Send): unknown {
  // A door that is sent no body takes it for an empty one.
  if (operation.on === "row")
    return (id: string, input: unknown = {}, options?: Options) => send(operation, { id, input }, options);
  return (input: unknown = {}, options?: Options) => send(operation, { input }, options);
}

/** What to read; members that were left out stay out. */
function readOf({ signal: _signal, ifMatch: _ifMatch, idempotencyKey: _key, sort, ...rest }: Options): {
  readonly read: ReadRequest;
} {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    read: {
      ...given,
      ...(sort === undefined ? {} : { sort: typeof sort === "string" ? sort : sort.join(",") }),
    },
  };
}

const answerOf = ({ expand, fields }: Options): { readonly read?: ReadRequest } =>
  expand === undefined && fields === undefined
    ? {}
    : { read: { ...(expand ? { expand } : {}), ...(fields ? { fields } : {}) } };
