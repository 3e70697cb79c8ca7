/** One burst of requests, as the load process is told to send it. */
export interface Burst {
  readonly host: string;
  readonly port: number;
  /** Whole HTTP/1.1 requests, sent in turn. */
  readonly requests: readonly string[];
  readonly expectedStatus: number;
  readonly connections: number;
  readonly seconds: number;
}

/** One loop of a statement through the driver, without HTTP. */
export interface DriverBurst {
  readonly databaseUrl: string;
  readonly sql: string;
  /** Parameters, taken in turn. */
  readonly parameters: readonly (readonly unknown[])[];
  readonly connections: number;
  readonly seconds: number;
}

/** What a burst came to. */
export interface BurstResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the load process itself, per request. */
  readonly clientCpuUs: number;
}

export type LoadCommand =
  | { readonly type: "http"; readonly burst: Burst }
  | { readonly type: "driver"; readonly burst: DriverBurst };

export type LoadAnswer =
  | { readonly type: "result"; readonly result: BurstResult }
  | { readonly type: "failure"; readonly message: string };
