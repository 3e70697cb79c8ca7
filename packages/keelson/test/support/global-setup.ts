import { testPostgres } from "./postgres.ts";

/** Keeps the server up for the whole run, so that no file has to wait for its start. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await testPostgres();
  return () => postgres.stop();
}
