import { connect, type Socket } from "node:net";

const nothing = Buffer.alloc(0);

/**
 * One keep-alive HTTP/1.1 connection with one request in flight. It looks at nothing but the status line and
 * the length, because the load generator shares the machine's cores with what it measures: this costs about
 * half the CPU per request of the usual clients on a list of 50, and its clock is finer than a millisecond.
 *
 * States: idle → (send) → head, until the blank line → body, until the length or the last chunk → idle.
 */
export class KeepAliveConnection {
  readonly #socket: Socket;
  readonly #onAnswer: (status: number) => void;
  #state: "idle" | "head" | "body" = "idle";
  #head: Buffer = nothing;
  #status = 0;
  /** Body bytes still to come; undefined while the body is chunked. */
  #remaining: number | undefined;
  #tail = "";

  constructor(
    target: { readonly host: string; readonly port: number },
    on: { ready(): void; answer(status: number): void; failure(error: Error): void },
  ) {
    this.#onAnswer = on.answer;
    this.#socket = connect({
      ...target,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(64 * 1024),
        callback: (length, buffer) => {
          this.#read(Buffer.from(buffer.buffer, buffer.byteOffset, length));
          return true;
        },
      },
    });
    this.#socket.once("connect", on.ready);
    this.#socket.once("error", on.failure);
    this.#socket.once("close", () => {
      if (this.#state !== "idle") on.failure(new Error("the service closed a connection before answering"));
    });
  }

  send(request: Buffer): void {
    this.#state = "head";
    this.#head = nothing;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#state === "body") {
      this.#readBody(chunk, 0);
      return;
    }
    if (this.#state !== "head") return;
    const received = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = received.indexOf("\r\n\r\n");
    if (end < 0) {
      this.#head = Buffer.from(received);
      return;
    }
    this.#readHead(received.toString("latin1", 0, end));
    this.#readBody(received, end + 4);
  }

  #readHead(head: string): void {
    this.#state = "body";
    this.#status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#remaining = length === undefined ? undefined : Number(length);
    this.#tail = "";
  }

  #readBody(chunk: Buffer, from: number): void {
    if (this.#remaining === undefined) {
      this.#tail = (this.#tail + chunk.toString("latin1", Math.max(from, chunk.length - 5))).slice(-5);
      if (this.#tail !== "0\r\n\r\n") return;
    } else {
      this.#remaining -= chunk.length - from;
      if (this.#remaining > 0) return;
    }
    this.#state = "idle";
    this.#onAnswer(this.#status);
  }
}
