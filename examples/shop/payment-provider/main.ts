import { newProvider } from "./provider.ts";

/**
 * The provider as a program. `PAYMENTS_PORT` is where it listens (4010); `PAYMENTS_FAILING=0.3` lets that part of the
 * requests fail, and `PAYMENTS_DELAY_MS=5000` makes it slow.
 */
const { PAYMENTS_PORT = "4010", PAYMENTS_FAILING = "0", PAYMENTS_DELAY_MS = "0" } = process.env;

const provider = newProvider({ failing: Number(PAYMENTS_FAILING), delayMs: Number(PAYMENTS_DELAY_MS) });
provider.on("error", (error: NodeJS.ErrnoException) => {
  // Another shop has started one already, and one is enough.
  if (error.code !== "EADDRINUSE") throw error;
  process.exit(0);
});
provider.listen(Number(PAYMENTS_PORT), "127.0.0.1");

// Whoever has started it holds its standard input, and with that it ends.
process.stdin
  .on("end", () => process.exit(0))
  .on("error", () => process.exit(0))
  .resume();
