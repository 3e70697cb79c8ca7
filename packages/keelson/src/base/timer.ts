/** Fires once after a time, unless it is cancelled by calling the result. Injected, so that tests decide when. */
export type StartTimer = (ms: number, fire: () => void) => () => void;

export const systemTimer: StartTimer = (ms, fire) => {
  const timer = setTimeout(fire, ms);
  return () => clearTimeout(timer);
};
