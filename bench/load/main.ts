// The load process: takes one command at a time from its parent, so that measuring costs the services nothing
// but the cores that this process needs.
import type { BurstResult, LoadAnswer, LoadCommand } from "./exchange.ts";
import { runDriverBurst, sendBurst } from "./send-burst.ts";

process.on("message", async (command: LoadCommand) => {
  try {
    const result: BurstResult =
      command.type === "http" ? await sendBurst(command.burst) : await runDriverBurst(command.burst);
    answer({ type: "result", result });
  } catch (error) {
    answer({ type: "failure", message: error instanceof Error ? error.message : String(error) });
  }
});
process.on("disconnect", () => process.exit());

function answer(message: LoadAnswer): void {
  process.send?.(message);
}
