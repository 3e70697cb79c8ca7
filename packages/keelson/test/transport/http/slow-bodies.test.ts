import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../../../src/base/error.ts";
import { backend, everyone, resource, text } from "../../../src/index.ts";
import { loadModel } from "../../../src/model/load-model.ts";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";

const note = resource("note", {
  fields: { title: text() },
  access: { read: everyone, create: everyone },
  transfers: ["import"],
});
const { model } = loadModel(backend({ name: "notes", resources: [note] }));
const server = createHttpServer({
  model,
  run: async ({ content }) => {
    for await (const _piece of content?.bytes ?? []);
    return { ok: false, error: failure("conflict") };
  },
  observe: () => {},
  options: { requestTimeoutMs: 100 },
});

let port = 0;
beforeAll(async () => {
  port = Number(new URL(await server.listen({ host: "127.0.0.1", port: 0 })).port);
});
afterAll(() => server.close());

/** Sends a head that announces ten bytes, and the rest when it is told to; gives everything that comes back. */
async function talk(
  path: string,
  type: string,
  rest: (answer: () => string) => Promise<string>,
): Promise<string> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  let answer = "";
  socket.on("data", (text) => {
    answer += text;
  });
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: ${type}\r\ncontent-length: 10\r\n\r\n`,
  );
  socket.write(await rest(() => answer));
  if (!socket.closed) await once(socket, "close");
  return answer;
}

test("a body that does not come is not waited for, although uploads are", async () => {
  expect(await talk("/v1/notes", "application/json", async () => "")).toMatch(/^HTTP\/1\.1 408 /);
  const waited = await talk("/v1/notes/import", "application/x-ndjson", async (answer) => {
    // Longer than other bodies may take: another request, which has come to its end by then, says so.
    await talk("/v1/notes", "application/json", async () => "");
    expect(answer()).toBe("");
    return "0123456789";
  });
  expect(waited).toMatch(/^HTTP\/1\.1 409 /);
});
