/** Thrown at the end of a test that has left something behind; says what, one line each. */
export class LeakError extends Error {
  readonly leaks: readonly string[];

  constructor(leaks: readonly string[]) {
    super(`The test has left something behind:\n${leaks.map((leak) => `  - ${leak}`).join("\n")}`);
    this.name = "LeakError";
    this.leaks = leaks;
  }
}
