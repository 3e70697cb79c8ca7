import { describe, expect, test } from "vitest";
import * as rules from "../../src/declare/access.ts";
import { type Condition, readRule } from "../../src/declare/access.ts";
import type { CallerRef } from "../../src/declare/expression.ts";
import { printExpression } from "../../src/model/print-expression.ts";

const { and, or, not, eq, ne, gt, gte, lt, lte, isNull, oneOf, oneOfClaim, some, now } = rules;

// Any path may be walked here; that paths exist is checked elsewhere.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Rule = (row: any, caller: CallerRef) => Condition;

const printed: readonly (readonly [string, Rule])[] = [
  ["everyone", () => true],
  ["nobody", () => false],
  ["caller is signed in", (_row, caller) => caller.signedIn],
  ["caller is not signed in", (_row, caller) => not(caller.signedIn)],
  ["caller is support", (_row, caller) => caller.is("support")],
  ["caller is support or manager", (_row, caller) => caller.is("support", "manager")],
  ["caller is not support", (_row, caller) => not(caller.is("support"))],
  [
    "caller is support, or customer.account = caller.id",
    (row, caller) => or(caller.is("support"), eq(row.customer.account, caller.id)),
  ],
  [
    'caller is support and status = "draft"',
    (row, caller) => and(caller.is("support"), eq(row.status, "draft")),
  ],
  [
    '(caller is support or manager) and status != "draft"',
    (row, caller) => and(caller.is("support", "manager"), ne(row.status, "draft")),
  ],
  [
    "caller is manager, or active = true and (stock > 0 or price.amount <= 100)",
    (row, caller) =>
      or(caller.is("manager"), and(eq(row.active, true), or(gt(row.stock, 0), lte(row.price.amount, 100)))),
  ],
  ["expires >= now", (row) => gte(row.expires, now)],
  ["expires < now", (row) => lt(row.expires, now)],
  ["placedAt is missing", (row) => isNull(row.placedAt)],
  ["placedAt is there", (row) => not(isNull(row.placedAt))],
  ["not (owner = caller.id)", (row, caller) => not(eq(row.owner, caller.id))],
  ['status in ("draft", "placed")', (row) => oneOf(row.status, ["draft", "placed"])],
  ["team in caller.claims.teams", (row) => oneOfClaim(row.team, "teams")],
  ["team = caller.claims.team", (row, caller) => eq(row.team, caller.claim("team"))],
  ["some lines", (row) => some(row.lines, () => true)],
  ["no lines", (row) => not(some(row.lines, () => true))],
  [
    "some lines with (lines.product = favourite and lines.amount > 1)",
    // biome-ignore lint/suspicious/noExplicitAny: see above
    (row) => some(row.lines, (line: any) => and(eq(line.product, row.favourite), gt(line.amount, 1))),
  ],
  [
    "some children with (some children.children as children2 with (children2.owner = children.owner))",
    (row) =>
      // biome-ignore lint/suspicious/noExplicitAny: see above
      some(row.children, (child: any) => some(child.children, (inner: any) => eq(inner.owner, child.owner))),
  ],
];

describe("expressions are printed as people read them", () => {
  test.each(printed)("%s", (text, rule) => {
    expect(printExpression(readRule(rule))).toBe(text);
  });
});
