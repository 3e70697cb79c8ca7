import { startEmbedded } from "../../../src/data/embedded/start-embedded.ts";

/*
 * A process that uses the embedded server, for tests to kill. Arguments: state directory, shared
 * directory. Prints one JSON line for each observation, then one with the URL; ends when its standard
 * input says "stop".
 */
const [stateDir = "", sharedDir = ""] = process.argv.slice(2);
const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

process.on("SIGINT", () => {}); // as a server that drains before it goes
try {
  const postgres = await startEmbedded({ stateDir, sharedDir, database: "app", observe: print });
  print({ type: "using", url: postgres.url, owner: postgres.owner });
  process.stdin.on("data", async () => {
    await postgres.stop();
    process.exit(0);
  });
} catch (error) {
  print({ type: "refused", message: (error as Error).message });
  process.exitCode = 1;
}
