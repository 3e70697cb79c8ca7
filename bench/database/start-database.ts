import { fileURLToPath } from "node:url";
import { startEmbedded } from "../../packages/keelson/src/data/embedded/start-embedded.ts";
import { observeNothing } from "../../packages/keelson/src/observe/observation.ts";
import { type BenchDatabase, openDatabase } from "./open-database.ts";

const stateDir = fileURLToPath(new URL("../.keelson", import.meta.url));

/** Opens the given database, or one on an embedded server of the benchmark's own. */
export async function startDatabase(given: string | undefined, name: string): Promise<BenchDatabase> {
  if (given !== undefined) return openDatabase(given, async () => {});
  const embedded = await startEmbedded({ stateDir, database: name, observe: observeNothing });
  return openDatabase(embedded.url, () => embedded.stop());
}
