/** The result of some work, or the signal's reason as soon as it is aborted: whoever does not look at it is not waited for. */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  return Promise.race([work, aborted]).finally(() => stop && signal.removeEventListener("abort", stop));
}
