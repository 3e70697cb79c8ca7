import { createInterface } from "node:readline/promises";
import { exitCodes, Refusal } from "./refusal.ts";
import { paint, say } from "./say.ts";

/** Puts questions to whoever sits at the terminal. */
export interface Questions {
  /** Asks until `check` says nothing against the answer; an empty one is the default. */
  text(question: string, fallback: string, check: (answer: string) => string | undefined): Promise<string>;
  yes(question: string): Promise<boolean>;
  close(): void;
}

/** Somebody can be asked: both ends are a terminal. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

export function openQuestions(): Questions {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new AbortController();
  // Ctrl-C and Ctrl-D: an answer that will not come.
  lines.on("close", () => gone.abort());
  const ask = async (question: string, hint: string): Promise<string> => {
    const prompt = `${paint("cyan", "?")} ${paint("bold", question)} ${paint("dim", `(${hint})`)} `;
    try {
      return (await lines.question(prompt, { signal: gone.signal })).trim();
    } catch {
      say();
      throw new Refusal(
        exitCodes.interrupted,
        "Interrupted: nothing was made.",
        "Run it again, or pass --yes.",
      );
    }
  };
  return {
    text: async (question, fallback, check) => {
      for (;;) {
        const answer = (await ask(question, fallback)) || fallback;
        const why = check(answer);
        if (why === undefined) return answer;
        say(paint("yellow", `  ${why}`));
      }
    },
    yes: async (question) => {
      for (;;) {
        const answer = (await ask(question, "Y/n")).toLowerCase();
        if (["", "y", "yes"].includes(answer)) return true;
        if (["n", "no"].includes(answer)) return false;
        say(paint("yellow", "  Please answer y or n."));
      }
    },
    close: () => lines.close(),
  };
}
