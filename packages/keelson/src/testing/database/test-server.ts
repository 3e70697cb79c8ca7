import { type EmbeddedPostgres, startEmbedded } from "../../data/embedded/start-embedded.ts";
import { observeNothing } from "../../observe/observation.ts";

/** A PostgreSQL that databases are made on. */
export interface TestServer {
  /** `postgres://…`, by a role that may create databases. */
  readonly url: string;
  /** Leaves; the last to leave an embedded one ends it. */
  stop(): Promise<void>;
}

/** How long the embedded server waits for the next test file before it ends. */
const lingerMs = 10_000;

/** What tests write need not survive the machine, and nothing is replicated. */
const settings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_connections: "200",
} as const;

/** The given server, or the embedded one that all test processes of a project share. */
export async function openTestServer({
  serverUrl,
  stateDir,
}: {
  readonly serverUrl: string | undefined;
  readonly stateDir: string;
}): Promise<TestServer> {
  if (serverUrl !== undefined) return { url: serverUrl, stop: async () => {} };
  const embedded: EmbeddedPostgres = await startEmbedded({
    stateDir,
    database: "test",
    observe: observeNothing,
    settings,
    lingerMs,
  });
  return { url: embedded.url, stop: () => embedded.stop() };
}
