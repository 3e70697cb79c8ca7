/**
 * Lets one piece of work at a time have the connection, in the order of asking. A handler may start several
 * calls at once; their savepoints must not interleave.
 *
 * Open, work waits for its turn. Closing, what has not begun is refused. Closed, all is refused: work that a
 * handler did not wait for must not run on a connection that is somebody else's by then.
 */
export interface Turns {
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Waits until nothing is running or waiting. */
  settle(): Promise<void>;
  /** Refuses what has not begun, and waits for what has. */
  close(): Promise<void>;
}

export function newTurns(): Turns {
  let last: Promise<unknown> | undefined;
  let closed = false;
  const begin = <T>(work: () => Promise<T>): Promise<T> =>
    closed ? Promise.reject(new Error("the transaction has ended")) : work();
  const settle = async (): Promise<void> => {
    while (last) await last;
  };
  return {
    take(work) {
      const result = last ? last.then(() => begin(work)) : begin(work);
      const done = (): void => {
        if (last === mine) last = undefined;
      };
      const mine: Promise<unknown> = result.then(done, done);
      last = mine;
      return result;
    },
    settle,
    close() {
      closed = true;
      return settle();
    },
  };
}
