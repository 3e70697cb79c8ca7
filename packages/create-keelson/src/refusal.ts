/** Exit codes, the same as those of `keelson`. */
export const exitCodes = {
  ok: 0,
  /** The machine would not: a folder that cannot be written, an install that failed. */
  failed: 1,
  /** What was asked for cannot be done: an unknown option, a name or a folder that will not do. */
  wrong: 2,
  /** Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const;

/** Why nothing is made, in words for the user. The first line says what is wrong, the second what to do. */
export class Refusal extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, what: string, instead: string) {
    super(`${what}\n  → ${instead}`);
    this.name = "Refusal";
    this.exitCode = exitCode;
  }
}
