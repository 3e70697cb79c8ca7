import { describe, expect, test } from "vitest";
import { anonymous, type Caller, system, user } from "../../src/base/caller.ts";
import * as rules from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import type { CallerRef } from "../../src/declare/expression.ts";
import * as field from "../../src/declare/field.ts";
import { resource } from "../../src/declare/resource.ts";
import { evaluate, type RowAccess } from "../../src/model/evaluate-expression.ts";
import { linkModel } from "../../src/model/link-model.ts";

const { and, eq, gt, gte, isNull, lt, ne, not, now, oneOf, oneOfClaim, some } = rules;

const order = resource("order", {
  fields: {
    parent: field.selfReference("order").optional(),
    children: field.many("order", { via: "parent" }),
    owner: field.text().optional(),
    key: field.uuid().optional(),
    large: field.bigint().optional(),
    rate: field.decimal().optional(),
    expires: field.timestamp().optional(),
    price: field.money().optional(),
  },
});
const model = linkModel(backend({ name: "orders", resources: [order] }));

type Values = Readonly<Record<string, string | number | boolean | null>>;
interface Family {
  readonly parent?: RowAccess;
  readonly children?: readonly RowAccess[];
}

function row(values: Values, family: Family = {}): RowAccess {
  const linked = model.resources.get("order");
  if (!linked) throw new Error("the model has orders");
  return {
    resource: linked,
    value: (name, part) => values[part ? `${name}.${part}` : name] ?? null,
    one: () => family.parent ?? null,
    many: () => family.children ?? [],
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what is compared here is known to be there
type Rule = (row: any, caller: CallerRef) => rules.Condition;

const decide = (rule: Rule, rows: readonly RowAccess[], caller: Caller = anonymous): boolean =>
  evaluate(rules.readRule(rule), { rows, caller, now: "2026-11-21T09:00:00Z" });

describe("a missing value", () => {
  const empty = [row({})];
  test.each<[string, Rule]>([
    ["equals nothing", (r) => eq(r.owner, "a")],
    ["differs from nothing", (r) => ne(r.owner, "a")],
    ["does not equal another", (r) => eq(r.owner, r.parent.owner)],
    ["is less than nothing", (r) => lt(r.rate, "1")],
    ["is in no list", (r) => oneOf(r.owner, ["a"])],
    ["is in no claim", (r) => oneOfClaim(r.owner, "teams")],
    ["equals no absent claim", (r, caller) => eq(r.owner, caller.claim("team"))],
  ])("%s, and not() turns that round", (_title, rule) => {
    expect(decide(rule, empty)).toBe(false);
    expect(decide((r, caller) => not(rule(r, caller)), empty)).toBe(true);
  });

  test("is seen by isNull, also behind a reference that leads nowhere", () => {
    expect(decide((r) => isNull(r.owner), empty)).toBe(true);
    expect(decide((r) => isNull(r.parent.owner), empty)).toBe(true);
    expect(decide((r) => isNull(r.owner), [row({ owner: "" })])).toBe(false);
  });
});

describe("values are compared as what they are", () => {
  test("64-bit and decimal numbers exactly", () => {
    const one = [row({ large: "9007199254740993", rate: "0.10" })];
    expect(decide((r) => eq(r.large, "9007199254740992"), one)).toBe(false);
    expect(decide((r) => gt(r.large, "9007199254740992"), one)).toBe(true);
    expect(decide((r) => eq(r.rate, "0.1"), one)).toBe(true);
    expect(decide((r) => and(gt(r.rate, "-1"), lt(r.rate, "9")), one)).toBe(true);
  });

  test("timestamps as moments, to the microsecond", () => {
    const one = [row({ expires: "2026-11-21T09:00:00.000001Z" })];
    expect(decide((r) => gt(r.expires, now), one)).toBe(true);
    expect(decide((r) => gte(r.expires, "2026-11-21T10:00:00.000002+01:00"), one)).toBe(false);
    expect(decide((r) => eq(r.expires, "2026-11-21T10:00:00.000001+01:00"), one)).toBe(true);
  });

  test("parts of money", () => {
    const one = [row({ "price.amount": 100, "price.currency": "GBP" })];
    expect(decide((r) => and(gt(r.price.amount, 99), eq(r.price.currency, "GBP")), one)).toBe(true);
  });
});

describe("the caller", () => {
  test("is compared with UUIDs only when its id is one", () => {
    const key = "01900000-0000-7000-8000-000000000001";
    const one = [row({ key })];
    expect(decide((r, caller) => eq(r.key, caller.id), one, user(key))).toBe(true);
    expect(decide((r, caller) => ne(r.key, caller.id), one, user("ada"))).toBe(false);
  });

  test.each([5, null, ["ada"], { id: "ada" }, "a\0", "\ud800"])("has no text in the claim %j", (team) => {
    const one = [row({ owner: "ada" })];
    expect(decide((r, caller) => ne(r.owner, caller.claim("team")), one, user("u", [], { team }))).toBe(
      false,
    );
  });

  test("has those items of a list claim that are texts", () => {
    const caller = user("u", [], { teams: [1, "b", null, "a"] });
    expect(decide((r) => oneOfClaim(r.owner, "teams"), [row({ owner: "a" })], caller)).toBe(true);
    expect(decide((r) => oneOfClaim(r.owner, "teams"), [row({ owner: "1" })], caller)).toBe(false);
  });

  test("has the roles of its token, and is signed in or not", () => {
    const support: Rule = (_r, caller) => caller.is("support", "manager");
    expect(decide(support, [], user("u", ["manager"]))).toBe(true);
    expect(decide(support, [], user("u", ["customer"]))).toBe(false);
    expect(decide((_r, caller) => caller.signedIn, [], user("u"))).toBe(true);
    expect(decide((_r, caller) => caller.signedIn, [], anonymous)).toBe(false);
  });

  test("is above the rules when it is the system", () => {
    expect(decide(() => false, [], system("a test"))).toBe(true);
  });
});

describe("some()", () => {
  const family = row({ owner: "a" }, { children: [row({ owner: "b" }), row({ owner: "a" })] });

  test("asks the related rows, and may look at the row around them", () => {
    // biome-ignore lint/suspicious/noExplicitAny: rows of a relation that is declared by name
    const sameOwner: Rule = (r) => some(r.children, (child: any) => eq(child.owner, r.owner));
    expect(decide(sameOwner, [family])).toBe(true);
    expect(decide(sameOwner, [row({ owner: "c" }, { children: [family] })])).toBe(false);
  });

  test("is false without related rows, and behind a reference that leads nowhere", () => {
    expect(decide((r) => some(r.children, () => true), [row({})])).toBe(false);
    expect(decide((r) => some(r.parent.children, () => true), [row({})])).toBe(false);
    expect(decide((r) => some(r.parent.children, () => true), [row({}, { parent: family })])).toBe(true);
  });
});
