import type { Diagnostic } from "../base/diagnostic.ts";

/** What the development worker is told when it is started; one JSON text in its environment. */
export interface DevTask {
  readonly entry: string;
  readonly acceptDataLoss: boolean;
  /** Somebody sits at the terminal and can be asked. */
  readonly canAsk: boolean;
  readonly seed: boolean;
  /** Where the development server is reached; the worker itself listens elsewhere. */
  readonly url: string;
  /** Structured lines on standard output instead of readable ones. */
  readonly jsonLog: boolean;
  /** Whether to look for queries that an index would help, and for repeated ones. */
  readonly advice: boolean;
  /** Advice that was given by earlier workers. */
  readonly given: readonly string[];
  /** No server was up before: show the banner. */
  readonly first: boolean;
}

/** From the worker to the process that watches. */
export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "listening"; readonly port: number }
  /** It cannot serve, and ends. */
  | { readonly type: "failed"; readonly diagnostics: readonly Diagnostic[] }
  /** This advice was printed: later workers need not repeat it. */
  | { readonly type: "advised"; readonly key: string }
  /** The schema change would destroy this: go on? */
  | { readonly type: "confirm"; readonly losses: readonly string[] };

/** From the process that watches to the worker. */
export type WatcherMessage =
  | { readonly type: "listen" }
  /** What it serves is older than what was saved, which does not load. */
  | { readonly type: "outdated" }
  | { readonly type: "confirmed"; readonly yes: boolean };
