import { afterEach, describe, expect, test } from "vitest";
import { systemTimer } from "../../src/base/timer.ts";
import type { Resolve } from "../../src/outbound/guarded-lookup.ts";
import { isPublicAddress } from "../../src/outbound/public-address.ts";
import { sendGuarded } from "../../src/outbound/send-guarded.ts";
import { json, upstreamServer } from "../support/upstream-server.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const request = {
  method: "GET",
  headers: { authorization: "Bearer secret", "x-note": "kept" },
  maxAnswerBytes: 1_000,
  signal: new AbortController().signal,
};

async function server(handle: Parameters<typeof upstreamServer>[0]) {
  const started = await upstreamServer(handle);
  open.push(started);
  return started;
}

/** Names by what they lead to, one answer after the other; the last for good. */
const names = (table: Readonly<Record<string, readonly string[][]>>) => {
  const asked: string[] = [];
  const resolve: Resolve = async (name) => {
    const answers = table[name] ?? [];
    const answer = answers[Math.min(asked.filter((each) => each === name).length, answers.length - 1)] ?? [];
    asked.push(name);
    return answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  return { asked, resolve };
};

/** The test's own server stands for a public one. */
const publicHere = (address: string): boolean => address === "127.0.0.1" || isPublicAddress(address);

const rules = (port: number, resolve: Resolve) => ({
  protocols: ["http:"],
  ports: [port],
  allows: publicHere,
  resolve,
  connectTimeoutMs: 10_000,
  startTimer: systemTimer,
});

describe("a request to a URL that came with data", () => {
  test("is sent to the address that was looked at, under the name", async () => {
    const { port, requests } = await server((_request, response) => json(response, 200, { ok: true }));
    const { asked, resolve } = names({ "hook.example.com": [["127.0.0.1"]] });
    const answer = await sendGuarded(`http://hook.example.com:${port}/a?b=1`, request, rules(port, resolve));
    expect(answer.status).toBe(200);
    expect(requests).toMatchObject([{ target: "/a?b=1", headers: { host: `hook.example.com:${port}` } }]);
    expect(asked).toEqual(["hook.example.com"]);
  });

  test.each([
    ["a private address", ["10.0.0.1"]],
    ["metadata", ["169.254.169.254"]],
    ["this machine as IPv6", ["::1"]],
    ["an IPv4-mapped address", ["::ffff:10.0.0.1"]],
    ["a public and a private address", ["93.184.215.14", "192.168.1.1"]],
    ["no address", []],
  ])("is not sent where the name leads to %s", async (_what, addresses) => {
    const { port, requests } = await server((_request, response) => json(response, 200, {}));
    const { resolve } = names({ "hook.example.com": [addresses] });
    await expect(
      sendGuarded(`http://hook.example.com:${port}/`, request, rules(port, resolve)),
    ).rejects.toMatchObject({
      fault: "unreachable",
      unsent: true,
    });
    expect(requests).toEqual([]);
  });

  test("asks for the address once: what a name leads to later is of no interest", async () => {
    const { port, requests } = await server((_request, response) => json(response, 200, {}));
    const { asked, resolve } = names({ "hook.example.com": [["127.0.0.1"], ["10.0.0.1"]] });
    await sendGuarded(`http://hook.example.com:${port}/`, request, rules(port, resolve));
    expect(asked).toHaveLength(1);
    expect(requests).toHaveLength(1);
    // The next request asks again, and is judged by that.
    await expect(
      sendGuarded(`http://hook.example.com:${port}/`, request, rules(port, resolve)),
    ).rejects.toMatchObject({ fault: "unreachable" });
  });

  test("is not sent to a literal address that is not public", async () => {
    const { port, requests } = await server((_request, response) => json(response, 200, {}));
    const { resolve } = names({});
    const strict = { ...rules(port, resolve), allows: isPublicAddress };
    for (const host of ["127.0.0.1", "127.1", "2130706433", "[::ffff:127.0.0.1]"])
      await expect(sendGuarded(`http://${host}:${port}/`, request, strict)).rejects.toMatchObject({
        message: expect.stringContaining("public"),
      });
    expect(requests).toEqual([]);
  });
});

describe("redirects", () => {
  const redirecting = (port: () => number, location: string) =>
    server((received, response) => {
      if (received.target !== "/") return json(response, 200, { at: received.target });
      response.writeHead(302, { location: location.replace("PORT", String(port())) }).end();
    });

  async function redirected(location: string, maxRedirects: number, table: Parameters<typeof names>[0]) {
    let port = 0;
    const started = await redirecting(() => port, location);
    port = started.port;
    const { resolve } = names(table);
    const sending = sendGuarded(`http://hook.example.com:${port}/`, request, {
      ...rules(port, resolve),
      maxRedirects,
    });
    return { sending, requests: started.requests };
  }

  const here = { "hook.example.com": [["127.0.0.1"]] };

  test("are not followed unless they may be", async () => {
    const { sending, requests } = await redirected("/next", 0, here);
    expect((await sending).status).toBe(302);
    expect(requests).toHaveLength(1);
  });

  test("are followed to the same host with everything", async () => {
    const { sending, requests } = await redirected("/next", 1, here);
    expect((await sending).status).toBe(200);
    expect(requests[1]).toMatchObject({ target: "/next", headers: { authorization: "Bearer secret" } });
  });

  test("are followed to another host without what was meant for the first", async () => {
    const table = { ...here, "other.example.com": [["127.0.0.1"]] };
    const { sending, requests } = await redirected("http://other.example.com:PORT/next", 1, table);
    expect((await sending).status).toBe(200);
    expect(requests[1]?.headers).toMatchObject({ "x-note": "kept" });
    expect(requests[1]?.headers.authorization).toBeUndefined();
  });

  test.each([
    ["a name that leads inside", "http://inside.example.com:PORT/"],
    ["an address inside", "http://10.0.0.1:PORT/"],
    ["another scheme", "file:///etc/passwd"],
    ["another port", "http://hook.example.com:1/"],
    ["nonsense", "http://["],
  ])("are not followed to %s", async (_what, location) => {
    const table = { ...here, "inside.example.com": [["10.0.0.1"]] };
    const { sending, requests } = await redirected(location, 3, table);
    await expect(sending).rejects.toMatchObject({ fault: "unreachable" });
    expect(requests).toHaveLength(1);
  });

  test("end", async () => {
    const { port, requests } = await server((_request, response) => {
      response.writeHead(302, { location: "/" }).end();
    });
    const { resolve } = names(here);
    const answer = await sendGuarded(`http://hook.example.com:${port}/`, request, {
      ...rules(port, resolve),
      maxRedirects: 3,
    });
    expect(answer.status).toBe(302);
    expect(requests).toHaveLength(4);
  });
});
