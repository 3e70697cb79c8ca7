import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { notes, openProject } from "./temporary-project.ts";

const slow = notes(
  "",
  `commands: [command("wait", {
    input: { ms: integer() },
    output: { waited: integer() },
    access: everyone,
    async run({ input }) {
      console.log("waiting for " + input.ms);
      await new Promise((resolve) => setTimeout(resolve, input.ms));
      return { waited: input.ms };
    },
  })],`,
).replace("import {", "import { command,");

const ask = (url: string | undefined, ms: number): Promise<Response> =>
  fetch(`${url}/v1/wait`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ms }),
  });

it("a stop waits for the request in progress, takes no more, and gives up on one that hangs", async () => {
  await using project = await openProject({ "backend.ts": slow });
  const env = { DATABASE_URL: await project.newDatabase(), PORT: "0", KEELSON_DRAIN_TIMEOUT_MS: "3000" };
  const server = project.spawn(["start"], env);
  const [, url] = await server.printed(/"server\.listening","url":"([^"]+)"/);
  expect(await (await ask(url, 0)).json()).toEqual({ waited: 0 });
  const hanging = ask(url, 60_000).then(
    () => "answered",
    () => "closed",
  );
  const finishing = ask(url, 500);
  await server.printed(/waiting for 60000/);
  await server.printed(/waiting for 500\n/);
  server.kill("SIGTERM");
  const answer = await finishing;
  expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
  await expect(ask(url, 0)).rejects.toThrow();
  expect(await hanging).toBe("closed");
  expect(await server.ended).toBe(0);
});

it("a stop serves what has begun to arrive", async () => {
  await using project = await openProject({ "backend.ts": slow });
  const server = project.spawn(["start"], { DATABASE_URL: await project.newDatabase(), PORT: "0" });
  const [, url] = await server.printed(/"server\.listening","url":"([^"]+)"/);
  const { hostname, port } = new URL(url ?? "");
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    answer += chunk;
  });
  socket.write(`GET /v1/notes HTTP/1.1\r\nHost: ${hostname}\r\n`);
  await once(socket, "connect");
  // Another request over and done tells that the bytes above have arrived.
  await (await ask(url, 0)).json();
  server.kill("SIGTERM");
  await server.printed(/"server\.draining"/);
  socket.write("\r\n");
  await once(socket, "close");
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close/);
  expect(await server.ended).toBe(0);
});
