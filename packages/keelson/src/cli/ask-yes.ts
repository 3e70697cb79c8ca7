import { createInterface } from "node:readline/promises";

/** Whether somebody is there to be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/**
 * Asks for a "yes" on the terminal; anything else is a no, and so is being told to stop asking. Ctrl-C is what it
 * always is: the signal.
 */
export async function askYes(question: string, signal?: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new AbortController();
  prompt.on("SIGINT", () => interrupted.abort());
  const signals = [interrupted.signal, ...(signal ? [signal] : [])];
  try {
    const answer = await prompt.question(`${question} Type yes: `, { signal: AbortSignal.any(signals) });
    return answer.trim() === "yes";
  } catch (error) {
    // Control-D closes the prompt, which is a no as well.
    if ((error as { name?: unknown }).name !== "AbortError") throw error;
    process.stderr.write("\n");
    return false;
  } finally {
    prompt.close();
    if (interrupted.signal.aborted) process.kill(process.pid, "SIGINT");
  }
}
