/** Why a request brought no answer. */
export type SendFault = "unreachable" | "broken" | "timeout" | "tooLarge";

/** A request that brought no whole answer. Says nothing of what was sent. */
export class SendFailure extends Error {
  readonly fault: SendFault;
  /** Whether it certainly did not arrive: there was no connection yet. */
  readonly unsent: boolean;

  constructor(fault: SendFault, message: string, options: { unsent?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "SendFailure";
    this.fault = fault;
    this.unsent = options.unsent ?? fault === "unreachable";
  }
}
