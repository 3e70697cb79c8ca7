import { fileURLToPath } from "node:url";
import { openTestServer, type TestServer } from "../../src/testing/database/test-server.ts";

const stateDir = fileURLToPath(new URL("../../../../.keelson/test", import.meta.url));

/** The PostgreSQL of the whole test run: every file joins the same server and makes databases of its own. */
export const testPostgres = (): Promise<TestServer> => openTestServer({ serverUrl: undefined, stateDir });

/** Another server to test with instead, as a URL. */
export const otherServer: string | undefined = process.env.KEELSON_TEST_DATABASE_URL;
