import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { newClientOf, type TrustedProxies } from "../../../src/transport/http/client-of.ts";

const from = (peer: string | undefined, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress: peer }, headers }) as unknown as IncomingMessage;

const client = (proxies: TrustedProxies | undefined, incoming: IncomingMessage) =>
  newClientOf(proxies)(incoming)?.text;

const listed = { trust: ["10.0.0.0/8", "2001:db8:ffff::/48"], header: "x-forwarded-for" } as const;
const xff = (value: string) => ({ "x-forwarded-for": value });

describe("without trusted proxies", () => {
  it("the client is who holds the connection, whatever it says", () => {
    const spoofed = { ...xff("203.0.113.9"), forwarded: "for=203.0.113.9" };
    expect(client(undefined, from("::ffff:198.51.100.1", spoofed))).toBe("198.51.100.1");
    expect(client({ ...listed, trust: 0 }, from("198.51.100.1", spoofed))).toBe("198.51.100.1");
    expect(client(undefined, from(undefined))).toBeUndefined();
  });
});

describe("behind listed proxies", () => {
  it.each([
    ["one proxy", "203.0.113.9", "203.0.113.9"],
    ["two proxies", "203.0.113.9, 10.9.9.9", "203.0.113.9"],
    ["an address put in front", "192.0.2.66, 203.0.113.9, 10.9.9.9", "203.0.113.9"],
    ["a trusted address put in front", "10.1.1.1, 203.0.113.9", "203.0.113.9"],
    ["IPv6", "2001:db8:1::1, 2001:db8:ffff::2", "2001:db8:1::1"],
    ["IPv4-mapped", "::ffff:203.0.113.9", "203.0.113.9"],
    ["ports", "203.0.113.9:4711, [2001:db8:ffff::2]:443", "203.0.113.9"],
    ["only trusted ones", "10.2.2.2, 10.9.9.9", "10.2.2.2"],
    ["nonsense in front", "junk, 203.0.113.9", "203.0.113.9"],
    ["nonsense before a trusted one", "203.0.113.9, junk, 10.9.9.9", "10.9.9.9"],
    ["nonsense", "unknown", "10.0.0.1"],
    ["an empty element", "203.0.113.9,", "10.0.0.1"],
    ["an empty field", "", "10.0.0.1"],
    ["a field that is too long", `${"1.1.1.1,".repeat(1_000)}203.0.113.9`, "10.0.0.1"],
  ])("%s", (_title, value, expected) => {
    expect(client(listed, from("::ffff:10.0.0.1", xff(value)))).toBe(expected);
  });

  it("an untrusted peer is not believed", () => {
    expect(client(listed, from("198.51.100.1", xff("203.0.113.9")))).toBe("198.51.100.1");
  });

  it("only the field that the proxies write is looked at", () => {
    const both = { ...xff("203.0.113.9"), forwarded: "for=192.0.2.66" };
    expect(client(listed, from("10.0.0.1", both))).toBe("203.0.113.9");
    expect(client({ ...listed, header: "forwarded" }, from("10.0.0.1", both))).toBe("192.0.2.66");
  });
});

describe("Forwarded", () => {
  const proxies = { trust: ["10.0.0.0/8"], header: "forwarded" } as const;
  it.each([
    ["for=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"],
    ['For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
    ['for=192.0.2.66, for="203.0.113.9:80" ; proto=http', "203.0.113.9"],
    ["for=203.0.113.9, for=10.9.9.9", "203.0.113.9"],
    ["for=_hidden", "10.0.0.1"],
    ["for=unknown", "10.0.0.1"],
    ["proto=https", "10.0.0.1"],
    ['for="203.0.113.9', "10.0.0.1"],
  ])("%s", (value, expected) => {
    expect(client(proxies, from("10.0.0.1", { forwarded: value }))).toBe(expected);
  });
});

describe("behind a number of proxies", () => {
  it.each([
    [1, "203.0.113.9", "203.0.113.9"],
    [1, "192.0.2.66, 203.0.113.9", "203.0.113.9"],
    [2, "192.0.2.66, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    [2, "203.0.113.9", "203.0.113.9"],
    [1, "junk", "198.51.100.1"],
  ])("%i: %s", (trust, value, expected) => {
    expect(client({ trust, header: "x-forwarded-for" }, from("198.51.100.1", xff(value)))).toBe(expected);
  });
});
