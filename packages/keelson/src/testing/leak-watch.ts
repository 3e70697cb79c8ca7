import { AsyncLocalStorage } from "node:async_hooks";
import type { Backend } from "../declare/backend.ts";
import type { CustomOperation } from "../declare/operation.ts";
import type { CallWatch } from "../operation/call-watch.ts";

/** Knows which calls are running, and what their handlers have left behind. */
export interface LeakWatch {
  readonly calls: CallWatch;
  /** Names of the operations that are running, the longest first. */
  running(): readonly string[];
  /** Waits until no call is running, but not for ever. */
  settle(limitMs: number): Promise<void>;
  /** Promises of handlers that were rejected, and nobody waited for. */
  readonly rejections: readonly { readonly operation: string; readonly reason: unknown }[];
  stop(): void;
}

const handlerOf = new AsyncLocalStorage<string>();

/** The same back end, whose handlers know by which name they run. */
export function namedHandlers<B extends Backend>(app: B): B {
  const named = (operations: readonly CustomOperation[] | undefined) =>
    operations?.map((operation): CustomOperation => {
      const { run, resource, name } = operation;
      const full = resource ? `${resource.name}.${name}` : name;
      return Object.freeze({
        ...operation,
        run: (context: Parameters<typeof run>[0]) => handlerOf.run(full, () => run(context)),
      });
    });
  // What is no back end is for the check of declarations to refuse.
  if (app?.type !== "backend") return app;
  const [commands, queries] = [named(app.commands), named(app.queries)];
  return Object.freeze({ ...app, ...(commands && { commands }), ...(queries && { queries }) });
}

export function newLeakWatch(): LeakWatch {
  const running = new Map<object, string>();
  const rejections: { operation: string; reason: unknown }[] = [];
  let ended: (() => void) | undefined;
  const note = (reason: unknown): void => {
    const operation = handlerOf.getStore();
    if (operation !== undefined) rejections.push({ operation, reason });
    // Without us, it would have ended the process.
    else if (process.listenerCount("unhandledRejection") === 1) throw reason;
  };
  process.on("unhandledRejection", note);
  return {
    rejections,
    calls: {
      callBegan: (operation, call) => void running.set(call, operation),
      callEnded: (_operation, call) => {
        running.delete(call);
        if (running.size === 0) ended?.();
      },
      statementRan: () => {},
    },
    running: () => [...running.values()],
    settle: async (limitMs) => {
      if (running.size === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        ended = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    stop: () => void process.off("unhandledRejection", note),
  };
}
