import { failure } from "../base/error.ts";

/**
 * One making of an answer, for all who ask for it meanwhile.
 *
 *     under way ──made──→ landed
 *         └──everyone has gone──→ abandoned
 *
 * It belongs to nobody: whoever hangs up leaves it to the others, and with the last one it is told to stop.
 */
export class Flight<T> {
  readonly promise: Promise<T>;
  readonly #controller = new AbortController();
  #waiting = 0;

  constructor(make: (signal: AbortSignal) => Promise<T>) {
    this.promise = make(this.#controller.signal);
    // In the background nobody may be there to see it fail.
    this.promise.catch(() => {});
  }

  /** True once everyone who waited has gone. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits for the answer, or until the signal says that there is nobody left to give it to. */
  async wait(signal: AbortSignal | undefined): Promise<T> {
    this.#waiting += 1;
    if (signal === undefined) return this.promise;
    let onAbort = (): void => {};
    const gone = new Promise<never>((_resolve, reject) => {
      onAbort = () => {
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#controller.abort();
        reject(failure("deadline_exceeded", "The caller has gone or the deadline has passed."));
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
    return Promise.race([this.promise, gone]).finally(() => signal.removeEventListener("abort", onAbort));
  }
}
