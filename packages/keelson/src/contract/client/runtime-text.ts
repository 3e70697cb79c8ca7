/** A file of the client's run-time code. */
export interface RuntimeFile {
  readonly name: string;
  readonly text: string;
}

/** The files that a stand-alone client is made of; the others infer types from a back end's. */
export const runtimeFiles: readonly string[] = [
  "api-shape.ts",
  "selected-row.ts",
  "client-of.ts",
  "batch.ts",
  "call-options.ts",
  "call-error.ts",
  "attempt.ts",
  "pages.ts",
  "repetition.ts",
  "request.ts",
  "transport.ts",
  "operation.ts",
  "transfer-methods.ts",
  "methods.ts",
  "described-client.ts",
];

/** What a program that uses the client may need by name. */
const published: ReadonlySet<string> = new Set([
  "ApiError",
  "Attempt",
  "BatchRefused",
  "BatchResult",
  "BatchWritten",
  "Call",
  "CallError",
  "CallOptions",
  "CancelledError",
  "ChangeOptions",
  "ClientOptions",
  "DoneOptions",
  "Embedded",
  "ExportRequest",
  "Failure",
  "Fault",
  "HeaderFields",
  "ImportOptions",
  "ImportSource",
  "Money",
  "NetworkError",
  "Operation",
  "OperationResult",
  "OperationStatus",
  "Page",
  "Pages",
  "Problem",
  "RefusedRow",
  "TimeoutError",
  "UnexpectedAnswerError",
  "WriteOptions",
  "attempt",
]);

const declaration = /^(export )?((?:abstract |async )*(?:class|const|function|interface|type) )(\w+)/gm;
const ownImport = /^import (?:type )?\{[^}]*\} from "\.\/[\w-]+\.ts";\n/gm;

/** The files as one module: without the imports among them, exporting only what is for the outside. */
export function runtimeText(files: readonly RuntimeFile[]): string {
  const parts = files.map(({ name, text }) => {
    const alone = text.replace(ownImport, "");
    if (/^import /m.test(alone)) throw new Error(`${name} imports more than its own room`);
    return alone
      .replace(declaration, (_all, exported: string | undefined, kind: string, word: string) =>
        exported !== undefined && published.has(word) ? `export ${kind}${word}` : kind + word,
      )
      .trim();
  });
  return `${parts.join("\n\n")}\n`;
}

/** Names that the run-time code declares; nothing else in the module may have them. */
export const runtimeNames = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(declaration)].map(([, , , word = ""]) => word));
