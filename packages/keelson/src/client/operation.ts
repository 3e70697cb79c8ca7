import { ApiError, CallError, type Problem } from "./call-error.ts";
import type { CallOptions, WriteOptions } from "./call-options.ts";
import { askedWaitMs } from "./repetition.ts";
import { segment } from "./request.ts";
import type { Send } from "./transport.ts";

/** Rows as a file, or one by one; a text as a `Blob`. A stream is sent once and not repeated. */
export type ImportSource<Row> =
  | Uint8Array<ArrayBuffer>
  | Blob
  | ReadableStream<Uint8Array>
  | Iterable<Row>
  | AsyncIterable<Row>;

/** How to import. */
export interface ImportOptions extends WriteOptions {
  /** @defaultValue what a Blob says, otherwise NDJSON */
  readonly format?: "ndjson" | "csv";
  /** What to do with a row whose record is there already. @defaultValue "fail" */
  readonly onConflict?: "fail" | "skip" | "update";
  /** Fields by which records are found. @defaultValue the id, or a natural key */
  readonly key?: readonly string[];
  /** Members of rows that are passed over. */
  readonly ignore?: readonly string[];
  /** Refused rows after which the import ends. @defaultValue 1,000 */
  readonly maxErrors?: number;
}

/** What to export. */
export interface ExportRequest<Filter> {
  /** @defaultValue "ndjson" */
  readonly format?: "ndjson" | "csv";
  readonly filter?: Filter;
  /** @defaultValue all that the caller may read */
  readonly fields?: readonly string[];
}

/** How far an operation has come. */
export interface OperationStatus {
  readonly id: string;
  readonly kind: "import" | "export";
  readonly resource: string;
  readonly state: "pending" | "running" | "succeeded" | "failed" | "cancelled";
  readonly done: boolean;
  readonly cancelRequested: boolean;
  readonly progress: { readonly done: number; readonly total: number | null; readonly failed: number };
  /** Null until it has ended. */
  readonly result: OperationResult | null;
  readonly error: Problem | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly expiresAt: string;
}

/** What an operation has brought: counts for an import, the paths of its files. */
export interface OperationResult {
  readonly created?: number;
  readonly updated?: number;
  readonly skipped?: number;
  readonly failed?: number;
  readonly file?: string;
  readonly report?: string;
}

/** A row that was refused. */
export interface RefusedRow {
  readonly line: number;
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  readonly errors: readonly { readonly pointer?: string; readonly code: string; readonly detail: string }[];
  readonly input: unknown;
}

/** How to wait for an operation. */
export interface DoneOptions extends CallOptions {
  /** Told of every status that is seen, the last one included. */
  readonly onProgress?: (status: OperationStatus) => void;
}

/** The operation was cancelled; what it had written stays. */
export class CancelledError extends CallError {
  override readonly name = "CancelledError";
  readonly code = "operation_cancelled";
}

const slowestMs = 15_000;

/** Work that goes on after the answer: an import or an export. */
export class Operation<Row = unknown> {
  /** For the compiler alone; there is no such member. */
  declare readonly "~row"?: Row;
  readonly #send: Send;
  #status: OperationStatus;

  constructor(send: Send, status: OperationStatus) {
    this.#send = send;
    this.#status = status;
  }

  get id(): string {
    return this.#status.id;
  }

  /** As it was when it was last asked about. */
  get status(): OperationStatus {
    return this.#status;
  }

  /** Asks how far it is. */
  async refresh(options: CallOptions = {}): Promise<OperationStatus> {
    return (await this.#ask(options)).status;
  }

  /**
   * Waits for the end and gives the result. Asks as seldom as the server says, and less and less often.
   *
   * @throws ApiError when it failed, with the code of its error; CancelledError; what asking fails with
   */
  async done({ onProgress, ...options }: DoneOptions = {}): Promise<OperationResult> {
    for (let asked = 0; ; asked += 1) {
      const { status, waitMs } = await this.#ask(options);
      onProgress?.(status);
      const name = `${status.resource}.${status.kind}`;
      if (status.state === "succeeded") return status.result ?? {};
      if (status.state === "cancelled") throw new CancelledError(name, "the operation was cancelled.");
      if (status.state === "failed") throw new ApiError(name, status.error ?? unknownProblem);
      // Full jitter above what the server asks for, so that many who wait do not come together.
      const slower = Math.min(slowestMs, waitMs * 1.5 ** asked);
      await pause(Math.max(waitMs, Math.random() * slower), options.signal);
    }
  }

  /** Asks it to end. What was written stays. */
  async cancel(options: WriteOptions = {}): Promise<OperationStatus> {
    this.#status = (await this.#send({
      operation: "operation.cancel",
      effect: "write",
      method: "POST",
      path: `${this.#path}/cancel`,
      options,
    })) as OperationStatus;
    return this.#status;
  }

  /** The file that an export has written, while it comes. */
  async file(options: CallOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return this.#open("operation.getFile", "file", options);
  }

  /** The records that an export has written as NDJSON, one by one. */
  async *rows(options: CallOptions = {}): AsyncGenerator<Row, void, undefined> {
    yield* linesOf(await this.file(options), options.signal) as AsyncGenerator<Row, void, undefined>;
  }

  /** The rows that an import has refused, one by one. */
  async *report(options: CallOptions = {}): AsyncGenerator<RefusedRow, void, undefined> {
    const stream = await this.#open("operation.getReport", "report", options);
    yield* linesOf(stream, options.signal) as AsyncGenerator<RefusedRow, void, undefined>;
  }

  get #path(): string {
    return `/v1/operations/${segment(this.id)}`;
  }

  async #ask(options: CallOptions): Promise<{ readonly status: OperationStatus; readonly waitMs: number }> {
    let waitMs = 1_000;
    this.#status = (await this.#send({
      operation: "operation.get",
      effect: "read",
      method: "GET",
      path: this.#path,
      options,
      onAnswer: ({ headers }) => {
        waitMs = askedWaitMs(headers) ?? waitMs;
      },
    })) as OperationStatus;
    return { status: this.#status, waitMs };
  }

  async #open(operation: string, part: string, options: CallOptions): Promise<ReadableStream<Uint8Array>> {
    const path = `${this.#path}/${part}`;
    const sent = { operation, effect: "read", method: "GET", path, options, streamed: true } as const;
    const answer = (await this.#send(sent)) as Response;
    return answer.body ?? new ReadableStream({ start: (controller) => controller.close() });
  }
}

const unknownProblem: Problem = { code: "internal", status: 500, title: "The operation failed" };

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** One JSON value a line. */
async function* linesOf(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { value, done } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line);
      if (!done) continue;
      if (rest !== "") yield JSON.parse(rest);
      return;
    }
  } finally {
    // Whoever stops looking stops the sending, too.
    await reader.cancel().catch(() => {});
  }
}

/** What is sent as the body of an import. */
export function importBody(
  source: ImportSource<unknown>,
  format: ImportOptions["format"],
): { readonly body: NonNullable<RequestInit["body"]>; readonly type: string; readonly once: boolean } {
  const isBlob = source instanceof Blob;
  const csv = format === undefined ? isBlob && source.type.startsWith("text/csv") : format === "csv";
  const type = csv ? "text/csv" : "application/x-ndjson";
  if (source instanceof Uint8Array || isBlob) return { body: source, type, once: false };
  if (source instanceof ReadableStream) return { body: source, type, once: true };
  return { body: streamOf(source), type: "application/x-ndjson", once: true };
}

/** Rows as NDJSON, made as they are sent. */
function streamOf(rows: Iterable<unknown> | AsyncIterable<unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      let text = "";
      for (let count = 0; count < 500; count += 1) {
        const { value, done } = await iterator.next();
        if (!done) text += `${JSON.stringify(value)}\n`;
        if (!done) continue;
        if (text !== "") controller.enqueue(encoder.encode(text));
        controller.close();
        return;
      }
      controller.enqueue(encoder.encode(text));
    },
    cancel: async () => void (await iterator.return?.()),
  });
}

/** Whether something can be imported: what commands called `import` take is not iterable. */
export const isImportSource = (value: unknown): value is ImportSource<unknown> =>
  typeof value === "object" &&
  value !== null &&
  (value instanceof Blob ||
    Symbol.iterator in value ||
    Symbol.asyncIterator in value ||
    "getReader" in value);
