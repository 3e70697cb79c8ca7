import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPublicAddress } from "../../src/outbound/public-address.ts";
import { seed } from "../support/seed.ts";

/** First and last address of what nobody outside may be sent to. */
const barred = [
  ["0.0.0.0", "0.255.255.255"],
  ["10.0.0.0", "10.255.255.255"],
  ["100.64.0.0", "100.127.255.255"],
  ["127.0.0.0", "127.255.255.255"],
  ["169.254.0.0", "169.254.255.255"],
  ["172.16.0.0", "172.31.255.255"],
  ["192.0.0.0", "192.0.0.255"],
  ["192.0.2.0", "192.0.2.255"],
  ["192.31.196.0", "192.31.196.255"],
  ["192.52.193.0", "192.52.193.255"],
  ["192.88.99.0", "192.88.99.255"],
  ["192.168.0.0", "192.168.255.255"],
  ["192.175.48.0", "192.175.48.255"],
  ["198.18.0.0", "198.19.255.255"],
  ["198.51.100.0", "198.51.100.255"],
  ["203.0.113.0", "203.0.113.255"],
  ["224.0.0.0", "255.255.255.255"],
  ["168.63.129.16", "168.63.129.16"],
] as const;

const numberOf = (text: string): number => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const textOf = (value: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join(".");

const isBarred = (value: number): boolean =>
  barred.some(([from, to]) => value >= numberOf(from) && value <= numberOf(to));

describe("IPv4", () => {
  test.each(barred)("%s to %s are not public, and their neighbours are judged by themselves", (from, to) => {
    expect(isPublicAddress(from)).toBe(false);
    expect(isPublicAddress(to)).toBe(false);
    for (const next of [numberOf(from) - 1, numberOf(to) + 1])
      if (next >= 0 && next < 2 ** 32) expect(isPublicAddress(textOf(next))).toBe(!isBarred(next));
  });

  test("any address is public unless it is in one of these, also written as IPv6", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
        const text = textOf(value);
        expect(isPublicAddress(text)).toBe(!isBarred(value));
        expect(isPublicAddress(`::ffff:${text}`)).toBe(!isBarred(value));
      }),
      { seed, numRuns: 2_000 },
    );
  });
});

describe("IPv6", () => {
  test.each([
    ["the unspecified address", "::"],
    ["this machine", "::1"],
    ["an IPv4-mapped address of this machine", "::ffff:127.0.0.1"],
    ["the same in hexadecimal", "::ffff:7f00:1"],
    ["the same written out", "0:0:0:0:0:ffff:7f00:0001"],
    ["metadata as IPv4-mapped", "::ffff:a9fe:a9fe"],
    ["an IPv4-compatible address", "::127.0.0.1"],
    ["an IPv4-compatible public address", "::8.8.8.8"],
    ["a translated address", "64:ff9b::7f00:1"],
    ["a local translation", "64:ff9b:1::1"],
    ["a discarded one", "100::1"],
    ["Teredo", "2001::1"],
    ["protocol assignments", "2001:1ff:ffff::1"],
    ["ORCHIDv2", "2001:20::1"],
    ["documentation", "2001:db8::1"],
    ["more documentation", "3fff::1"],
    ["6to4 with a private address inside", "2002:0a00:0001::1"],
    ["6to4 at all", "2002:0808:0808::1"],
    ["AS112", "2620:4f:8000::1"],
    ["segment routing", "5f00::1"],
    ["unique local", "fc00::1"],
    ["the metadata of EC2", "fd00:ec2::254"],
    ["link-local", "fe80::1"],
    ["link-local of an interface", "fe80::1%eth0"],
    ["a public one with an interface", "2606:4700::1111%eth0"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["not given out", "4000::1"],
  ])("%s is not public: %s", (_what, text) => {
    expect(isPublicAddress(text)).toBe(false);
  });

  test.each([
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "2001:200::1",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
  ])("%s is public", (text) => {
    expect(isPublicAddress(text)).toBe(true);
  });
});

test.each([
  "",
  "example.com",
  "127.1",
  "0x7f000001",
  "2130706433",
  "010.0.0.1",
  "8.8.8",
  "8.8.8.8 ",
  "[::1]",
  "::ffff:8.8.8.8.8",
])("what is no address in its usual form is not public: %s", (text) => {
  expect(isPublicAddress(text)).toBe(false);
});
