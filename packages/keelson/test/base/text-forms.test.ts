import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEmail, isHttpUrl } from "../../src/base/address-text.ts";
import { canonicalTimestamp, isDate } from "../../src/base/calendar-text.ts";
import { fitsDecimal, isDecimal, isInt64 } from "../../src/base/number-text.ts";

describe("dates", () => {
  test("are those that exist", () => {
    const days = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(fc.property(days, (day) => isDate(day.toISOString().slice(0, 10))));
    for (const text of ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
      expect(isDate(text), text).toBe(true);
    for (const text of [
      "2023-02-29",
      "1900-02-29",
      "2026-04-31",
      "2026-00-01",
      "2026-13-01",
      "2026-01-00",
      "0000-01-01",
      "26-01-01",
      "2026-1-1",
      "2026-01-01 ",
      "+2026-01-01",
      "",
    ])
      expect(isDate(text), text).toBe(false);
  });
});

describe("timestamps", () => {
  test("have one form", () => {
    const moments = fc.date({
      min: new Date("0001-01-02T00:00:00Z"),
      max: new Date("9999-12-30T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, fc.integer({ min: -1439, max: 1439 }), (moment, offset) => {
        const shifted = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
        const sign = offset < 0 ? "-" : "+";
        const text = `${shifted}${sign}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
        const canonical = canonicalTimestamp(text) ?? "";
        expect(Date.parse(canonical)).toBe(moment.getTime());
        expect(canonicalTimestamp(canonical)).toBe(canonical);
      }),
    );
  });
  test.each([
    ["2026-01-01T00:00:00.100000Z", "2026-01-01T00:00:00.1Z"],
    ["2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00Z"],
    ["2026-01-01T00:00:00.000001+00:00", "2026-01-01T00:00:00.000001Z"],
    ["0099-01-01T00:00:00Z", "0099-01-01T00:00:00Z"],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalTimestamp(text)).toBe(canonical);
  });
});

describe("numbers as texts", () => {
  test("64-bit numbers are exact", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => isInt64(String(value))),
    );
    for (const text of [
      "9223372036854775808",
      "-9223372036854775809",
      "01",
      "-0",
      "+1",
      "1.0",
      "1e3",
      " 1",
      "",
    ])
      expect(isInt64(text), text).toBe(false);
  });
  test("decimals are plain", () => {
    for (const text of ["0", "0.0", "-1.50", "123456789012345678901234567890.5"])
      expect(isDecimal(text), text).toBe(true);
    for (const text of ["-0", "-0.00", "01", ".5", "5.", "+1", "1e3", "1,5", "NaN", "", "1".repeat(1001)])
      expect(isDecimal(text), text).toBe(false);
  });
  test.each([
    ["999.99", 5, 2, true],
    ["-999.99", 5, 2, true],
    ["1000", 5, 2, false],
    ["0.001", 5, 2, false],
    ["0.999", 3, 3, true],
    ["1.000", 3, 3, false],
  ] as const)("%s in %i digits, %i after the point: %s", (text, precision, scale, fits) => {
    expect(fitsDecimal(text, precision, scale)).toBe(fits);
  });
});

describe("addresses", () => {
  test.each([
    "a@b.co",
    "a.b+c@d-e.example.org",
    "o'neil@example.ie",
    "üser@bücher.example",
    `${"a".repeat(64)}@b.co`,
  ])("%s is an e-mail address", (text) => {
    expect(isEmail(text)).toBe(true);
  });
  test.each([
    "",
    "@",
    "a@",
    "@b.co",
    "a@b",
    "a@b..co",
    "a@.b.co",
    "a@b.co.",
    ".a@b.co",
    "a.@b.co",
    "a..b@c.co",
    "a b@c.co",
    "a@b.co\n",
    "a@-b.co",
    "a@b-.co",
    "a@b@c.co",
    '"a"@b.co',
    "a@[127.0.0.1]",
    "a@b.co\u0000",
    `${"a".repeat(65)}@b.co`,
    `a@${"b".repeat(64)}.co`,
    `a@${"b.".repeat(126)}co`,
  ])("%j is none", (text) => {
    expect(isEmail(text)).toBe(false);
  });
  test("looking at an address takes no longer than it is", () => {
    for (const text of [`${"a.".repeat(31)}@`, `a@${"-".repeat(240)}`, "a".repeat(1_000_000)])
      expect(isEmail(text)).toBe(false);
  });
  test.each([
    "https://example.org",
    "HTTP://EXAMPLE.org:8080/a%20b?c#d",
    "https://[::1]/",
    "https://bücher.example/ü",
  ])("%s is a URL", (text) => {
    expect(isHttpUrl(text)).toBe(true);
  });
  test.each([
    "",
    "example.org",
    "//example.org",
    "ftp://example.org",
    "javascript:alert(1)",
    "https:/example.org",
    "https://",
    "https:///path",
    " https://example.org",
    "https://example.org/\n",
    "https://exa mple.org",
    "https:\\\\example.org",
    "https://example.org:99999",
    "https://[::1",
    `https://example.org/${"a".repeat(2_048)}`,
  ])("%j is none", (text) => {
    expect(isHttpUrl(text)).toBe(false);
  });
});
