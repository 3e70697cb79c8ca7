import { expect, test } from "vitest";
import { failure } from "../../src/base/error.ts";
import { isConnectionLoss, isRetryable, retryStateOf } from "../../src/data/database-error.ts";

const withCode = (code: unknown) => Object.assign(new Error("something"), { code });

test("a SQLSTATE is told from the codes of the system", () => {
  for (const state of ["23505", "40P01", "XX000", "0A000", "57P01"])
    expect(retryStateOf(withCode(state))).toBe(state);
  for (const code of ["EPIPE", "ECONNRESET", "forbidden", "2350", 23505, undefined, null])
    expect(retryStateOf(withCode(code))).toBeUndefined();
  for (const nothing of [undefined, null, "23505", 5]) expect(retryStateOf(nothing)).toBeUndefined();
});

test("a lost connection is told from a statement that PostgreSQL refused", () => {
  for (const code of ["EPIPE", "ECONNRESET", "57P01", "08006"])
    expect(isConnectionLoss(withCode(code))).toBe(true);
  for (const code of ["23505", "57014", "42P01", "EACCES"])
    expect(isConnectionLoss(withCode(code))).toBe(false);
  expect(isConnectionLoss(new Error("Connection terminated unexpectedly"))).toBe(true);
  expect(isConnectionLoss(new Error("my own mistake"))).toBe(false);
  expect(isConnectionLoss("EPIPE")).toBe(false);
});

test("a lost race is found behind the error that a handler's inner call ended with", () => {
  expect(isRetryable(withCode("40001"))).toBe(true);
  expect(isRetryable(failure("conflict", { cause: withCode("40P01") }))).toBe(true);
  expect(isRetryable(failure("conflict", { cause: withCode("55P03") }))).toBe(false);
  expect(isRetryable(failure("conflict"))).toBe(false);
  expect(isRetryable(undefined)).toBe(false);
});
