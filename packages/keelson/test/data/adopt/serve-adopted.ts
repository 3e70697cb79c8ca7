import { randomBytes } from "node:crypto";
import { user } from "../../../src/base/caller.ts";
import { adoptDatabase, recordBaseline } from "../../../src/data/adopt/adopt-database.ts";
import { openDatabase } from "../../../src/data/database.ts";
import { withConnection } from "../../../src/data/migrate/connect.ts";
import { newApp } from "../../../src/runtime/new-app.ts";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import { newDatabase } from "./new-database.ts";

export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of whatever shape; the tests say which
  readonly body: any;
  readonly etag: string;
  readonly location: string;
}

/** An adopted database behind the REST door, asked by somebody with the role that adopting lets in. */
export async function serveAdopted(sql: string, schemas?: readonly string[]) {
  const { url, close } = await newDatabase(sql);
  const { model } = await withConnection(url, async (connection) => {
    const adopted = await adoptDatabase(connection, {
      name: "adopted",
      now: new Date(0),
      ...(schemas ? { schemas } : {}),
    });
    await recordBaseline(connection, adopted);
    return adopted;
  });
  const database = await openDatabase({ url, observe: () => {}, applicationName: "adopt test" });
  const cursorKeys = [{ id: "test", secret: randomBytes(32) }] as const;
  const app = newApp({ model, database, observe: () => {}, issuers: [], cursorKeys: [...cursorKeys] });
  const server = createHttpServer({
    model,
    run: (envelope) =>
      app.run({ ...envelope, credentials: { kind: "caller", caller: user("42", ["admin"]) } }),
    observe: () => {},
  });
  return {
    model,
    app,
    async send(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Reply> {
      const answer = await server.inject({
        method: method as "GET",
        url: `/v1${path}`,
        headers: {
          host: "localhost",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      return {
        status: answer.statusCode,
        body: answer.body === "" ? undefined : JSON.parse(answer.body),
        etag: String(answer.headers["etag"] ?? ""),
        location: String(answer.headers["location"] ?? ""),
      };
    },
    async close(): Promise<void> {
      await server.close();
      await database.close();
      await close();
    },
  };
}
