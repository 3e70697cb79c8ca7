let failures = 0;

/**
 * Says whether something holds; what was found is shown only when it does not.
 *
 * @param {string} description
 * @param {boolean} holds
 * @param {unknown} [detail]
 */
export function expect(description, holds, detail) {
  console.log(`  ${holds ? "✓" : "✗"} ${description}`);
  if (holds) return;
  failures += 1;
  console.log(`    got ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
}

/**
 * Runs a smoke test to its end, whatever happens, and sets the exit code.
 *
 * @param {() => Promise<void>} work
 * @param {() => void} cleanUp
 */
export async function report(work, cleanUp) {
  try {
    await work();
  } catch (error) {
    failures += 1;
    const { message, stdout } = /** @type {Error & { stdout?: string }} */ (error);
    console.log(`  ✗ ${message}\n${stdout ?? ""}`);
  } finally {
    cleanUp();
  }
  process.exitCode = failures === 0 ? 0 : 1;
}
