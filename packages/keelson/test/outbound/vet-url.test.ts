import { describe, expect, test } from "vitest";
import { vetUrl } from "../../src/outbound/vet-url.ts";

describe("a URL that came with data is refused", () => {
  test.each([
    ["no URL", "example.com/hook", "absolute"],
    ["without TLS", "http://example.com/", "must begin with https://"],
    ["another scheme", "ftp://example.com/", "must begin with"],
    ["a file", "file:///etc/passwd", "must begin with"],
    ["a script", "javascript:alert(1)", "must begin with"],
    ["a user", "https://me@example.com/", "user or password"],
    ["a password", "https://:secret@example.com/", "user or password"],
    ["another port", "https://example.com:8443/", "port"],
    ["a database's port", "https://example.com:5432/", "port"],
    ["this machine", "https://127.0.0.1/", "public address"],
    ["this machine, short", "https://127.1/", "public address"],
    ["this machine, as one number", "https://2130706433/", "public address"],
    ["this machine, in hexadecimal", "https://0x7f.0.0.1/", "public address"],
    ["this machine, in octal", "https://0177.0.0.1/", "public address"],
    ["this machine, in wide digits", "https://１２７.0.0.1/", "public address"],
    ["this machine, as IPv6", "https://[::1]/", "public address"],
    ["this machine, as IPv4-mapped IPv6", "https://[::ffff:127.0.0.1]/", "public address"],
    ["zero", "https://0/", "public address"],
    ["metadata", "https://169.254.169.254/latest/meta-data/", "public address"],
    ["metadata, as one number", "https://2852039166/", "public address"],
    ["a private network", "https://10.0.0.7/", "public address"],
    ["a private network with a dot behind", "https://10.0.0.7./", "public address"],
    ["a name of this machine", "https://localhost/", "public name"],
    ["with a dot behind", "https://localhost./", "public name"],
    ["below it", "https://api.localhost/", "public name"],
    ["a name of the cluster", "https://postgres/", "public name"],
    ["a name of the network", "https://printer.local/", "public name"],
    ["the metadata service by name", "https://metadata.google.internal/", "public name"],
  ])("%s: %s", (_what, url, why) => {
    const vetted = vetUrl(url);
    expect(vetted).toMatchObject({ ok: false, error: expect.stringContaining(why) });
  });
});

test.each([
  "https://example.com/hook?a=1",
  "https://EXAMPLE.com:443/",
  "https://8.8.8.8/",
  "https://bücher.example/",
  "https://[2606:4700::1111]/",
])("%s may be used", (url) => {
  expect(vetUrl(url)).toMatchObject({ ok: true });
});

test("other schemes and ports may be allowed", () => {
  const rules = { protocols: ["http:", "https:"], ports: [8080] };
  expect(vetUrl("http://example.com:8080/", rules).ok).toBe(true);
  expect(vetUrl("http://example.com:8081/", rules).ok).toBe(false);
});
