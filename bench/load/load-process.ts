import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { BurstResult, LoadAnswer, LoadCommand } from "./exchange.ts";

/** The load generator, in a process of its own. */
export interface LoadProcess {
  run(command: LoadCommand): Promise<BurstResult>;
  stop(): void;
}

export function startLoadProcess(): LoadProcess {
  const child: ChildProcess = fork(new URL("./main.ts", import.meta.url));
  return {
    run: async (command) => {
      child.send(command);
      const [answer] = (await once(child, "message")) as [LoadAnswer];
      if (answer.type === "failure") throw new Error(answer.message);
      return answer.result;
    },
    stop: () => child.disconnect(),
  };
}
