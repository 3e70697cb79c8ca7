/** Budgets of the HTTP server. Every one holds before the work that it bounds is begun. */
export interface HttpLimits {
  /** Of a request body, as sent and again after decompression. */
  readonly maxBodyBytes: number;
  /** Of the request target; more is 414. */
  readonly maxTargetLength: number;
  /** Of the header section; more is 431. */
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  readonly maxParameters: number;
  /** From the first byte to the end of the header section; then 408. */
  readonly headersTimeoutMs: number;
  /** From the first byte to the last of a request; then 408. */
  readonly requestTimeoutMs: number;
  /** The same for uploads that are taken while they arrive; undefined where there are none. */
  readonly uploadTimeoutMs?: number | undefined;
  /** Longer than the 60 s that load balancers commonly keep theirs, so that they close first. */
  readonly keepAliveTimeoutMs: number;
  /** How long a stop waits for requests in progress. */
  readonly drainTimeoutMs: number;
  /** Shorter answers are not compressed. */
  readonly compressFromLength: number;
}

export const defaultHttpLimits: HttpLimits = {
  maxBodyBytes: 1_048_576,
  maxTargetLength: 8_192,
  maxHeaderBytes: 16_384,
  maxHeaders: 100,
  maxParameters: 100,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 72_000,
  drainTimeoutMs: 15_000,
  compressFromLength: 1_024,
};
