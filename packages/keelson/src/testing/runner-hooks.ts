/** Runs at the end of a test file or of a test. */
type AtTheEnd = (close: () => Promise<void>) => void;

interface RunnerHooks {
  readonly afterAll?: AtTheEnd;
  readonly onTestFinished?: AtTheEnd;
}

/**
 * Has the test runner close what was opened: at the end of the test that opened it, or of the file. Vitest is found by
 * what it keeps in the global scope, with or without `globals`; other runners that have a global `afterAll` by that;
 * `node:test` where `node --test` has started the process. Elsewhere whoever opened it closes it.
 */
export async function closeWithRunner(close: () => Promise<void>, underNodeTest: boolean): Promise<void> {
  const scope = globalThis as { readonly __vitest_index__?: RunnerHooks } & RunnerHooks;
  const hooks = scope.__vitest_index__ ?? scope;
  if (hooks.onTestFinished && isTaken(() => hooks.onTestFinished?.(close))) return;
  if (hooks.afterAll && isTaken(() => hooks.afterAll?.(close))) return;
  if (!underNodeTest) return;
  const { after } = await import("node:test");
  after(close);
}

/** Runners refuse hooks that come at the wrong time: one for a test outside of it, and the other way round. */
function isTaken(register: () => void): boolean {
  try {
    register();
    return true;
  } catch {
    return false;
  }
}
