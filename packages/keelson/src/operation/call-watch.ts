import type { Caller } from "../base/caller.ts";
import type { ListSelection } from "../data/plan/selection.ts";
import type { PolicyView } from "../model/policy-view.ts";

/** Looks over the shoulder of calls. Only development has one: it sees texts and values of statements. */
export interface CallWatch {
  /** A call has come in by a door. */
  callBegan?(operation: string, call: object): void;
  /** Must not throw and must not block. */
  statementRan(ran: WatchedStatement): void;
  /** A handler waits for another service within its transaction. */
  waitedOutside?(operation: string, service: string): void;
  /** A call that came in by a door has ended, with everything that its handler called. */
  callEnded(operation: string, call: object): void;
}

/** A statement that succeeded. */
export interface WatchedStatement {
  /** Stands for the call that came in by a door; the same for all its statements. */
  readonly call: object;
  /** What ran it: the operation, or the reason of hand-written SQL. */
  readonly operation: string;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly tookMs: number;
  /** What a list was asked for, and whose rules it was planned with. */
  readonly list?: {
    readonly selection: ListSelection;
    readonly view: PolicyView;
    readonly caller: Caller;
  };
}
