import type { WriteOptions } from "./call-options.ts";
import {
  type ImportOptions,
  type ImportSource,
  importBody,
  Operation,
  type OperationStatus,
} from "./operation.ts";
import { changing, importQuery } from "./request.ts";
import type { Send } from "./transport.ts";

/** As long as the server waits for a file. */
const longestUploadMs = 3_600_000;

/** What a resource does with files. */
export function transferMethods(send: Send, resource: string, collection: string) {
  return {
    import: async (
      source: ImportSource<unknown>,
      { format, onConflict, key, ignore, maxErrors, ...options }: ImportOptions = {},
    ) => {
      const { body, type, once } = importBody(source, format);
      const status = await send({
        operation: `${resource}.import`,
        effect: "write",
        method: "POST",
        path: `${collection}/import${importQuery({ onConflict, key, ignore, maxErrors })}`,
        raw: { body, type },
        headers: changing(options),
        options: { timeoutMs: longestUploadMs, ...options, ...(once ? { retries: 0 } : {}) },
      });
      return new Operation(send, status as OperationStatus);
    },
    // A command of this name has the same path; only what goes on after the answer is an operation.
    export: async (what?: unknown, options: WriteOptions = {}) => {
      let accepted = false;
      const answer = await send({
        operation: `${resource}.export`,
        effect: "write",
        method: "POST",
        path: `${collection}/export`,
        body: what,
        headers: changing(options),
        options,
        onAnswer: ({ status }) => {
          accepted = status === 202;
        },
      });
      return accepted ? new Operation(send, answer as OperationStatus) : answer;
    },
  };
}
