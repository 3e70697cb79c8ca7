import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { withoutOwnParameters } from "../data/inspect-server.ts";
import { apiTypes } from "../data/result-types.ts";
import type { AppModel } from "../model/app-model.ts";
import { declaredNames } from "../operation/declared-names.ts";

/** Connections of the test itself: what it looks at does not wait for the back end's. */
export function openTestPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: withoutOwnParameters(url),
    application_name: "keelson test",
    max: 4,
    allowExitOnIdle: true,
    types: apiTypes,
    onConnect: async (client) =>
      void (await client.query("set timezone = 'UTC'; set datestyle = 'ISO, YMD'")),
  });
  pool.on("error", () => {});
  pool.on("connect", (client) => void client.on("error", () => {}));
  return pool;
}

/** SQL on the database as the system; values as the API shows them. */
export function newTestDb<Tables>(
  model: AppModel,
  pool: pg.Pool,
  ready: () => Promise<void> | undefined,
): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => {
          await ready();
          return pool.connect();
        },
        end: async () => {},
      } as never,
    }),
    plugins: [declaredNames(model.resources)],
  });
}
