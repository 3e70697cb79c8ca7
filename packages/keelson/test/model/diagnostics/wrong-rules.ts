import * as rules from "../../../src/declare/access.ts";
import type { CallerRef } from "../../../src/declare/expression.ts";
import * as field from "../../../src/declare/field.ts";
import { command } from "../../../src/declare/operation.ts";
import { type AccessRules, resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withResources } from "./wrong.ts";

const { and, eq, everyone, gt, isNull, lt, nobody, now, oneOf, oneOfClaim, or, some } = rules;

const customer = resource("customer", {
  fields: { account: field.text(), orders: field.many("order", { via: "customer" }) },
  access: { read: everyone },
});

const account = resource("account", { fields: { owner: field.text() }, access: { read: everyone } });

const fields = {
  customer: field.reference(() => customer),
  status: field.choice("draft", "placed", "paid"),
  total: field.money(),
  fee: field.money({ currency: "GBP" }),
  stock: field.integer(),
  weight: field.bigint(),
  rate: field.decimal(),
  ratio: field.number(),
  active: field.boolean(),
  day: field.date(),
  placedAt: field.timestamp(),
  key: field.uuid(),
  note: field.text(),
  tags: field.list(field.text()),
};

// What JavaScript, or a path through a relation that is declared by name, gets past the compiler.
// biome-ignore lint/suspicious/noExplicitAny: see above
type LooseRule = (row: any, caller: CallerRef) => rules.Condition;

const withAccess = (access: AccessRules, roles?: readonly string[]) =>
  withResources(
    [customer, resource("order", { fields, access: untyped(access) })],
    roles === undefined ? {} : { roles },
  );
const reading = (rule: LooseRule, roles?: readonly string[]) => withAccess({ read: untyped(rule) }, roles);

export const wrongRules: WrongDeclarations = {
  "a rule that is true": () => withAccess({ read: untyped(true) }),
  "a rule that throws": () =>
    reading(() => {
      throw new Error("no such thing");
    }),
  "a rule that returns nothing": () => reading(untyped(() => undefined)),
  "a rule that compares null": () => reading((row) => eq(row.note, untyped(null))),
  "a rule for a field that is not there": () =>
    withAccess({ read: everyone, fields: untyped({ totl: { read: everyone } }) }),
  "a field rule with a mistyped side": () =>
    withAccess({ read: everyone, fields: untyped({ note: { reed: everyone } }) }),
  "a path that does not exist": () => reading((row, caller) => eq(row.custmer.account, caller.id)),
  "a path that does not exist further on": () => reading((row, caller) => eq(row.customer.acount, caller.id)),
  "a path through a field that is no reference": () => reading((row) => eq(row.note.length, 3)),
  "a path that ends in money": () => reading((row) => gt(row.total, 5)),
  "a path with a part that money does not have": () => reading((row) => gt(row.total.value, 5)),
  "a currency that is always the same": () => reading((row) => eq(row.fee.currency, "GBP")),
  "a currency that is none": () => reading((row) => eq(row.total.currency, "Pounds")),
  "a path that ends in a list of records": () => reading((row) => isNull(row.customer.orders)),
  "a path that ends in a list": () => reading((row) => eq(row.tags, "new")),
  "the whole row": () => reading((row, caller) => eq(row, caller.id)),
  "text with a number": () => reading((row) => eq(row.note, 5)),
  "a number with text": () => reading((row) => gt(row.stock, "5")),
  "a caller's id with a number": () => reading((row, caller) => eq(row.stock, caller.id)),
  "a claim with a timestamp": () => reading((row, caller) => lt(row.placedAt, caller.claim("until"))),
  "a list claim with a number": () => reading((row) => oneOfClaim(row.stock, "stocks")),
  "a caller's id with a number that never changes": () =>
    reading((_row, caller) => eq(caller.id, untyped(5))),
  "a UUID with text": () => reading((row) => eq(row.key, row.note)),
  "a UUID that is none": () => reading((row) => eq(row.customer, "somebody")),
  "a date with now": () => reading((row) => lt(row.day, now)),
  "a date that does not exist": () => reading((row) => lt(row.day, "2026-02-30")),
  "a timestamp that is none": () => reading((row) => lt(row.placedAt, "yesterday")),
  "a decimal that is none": () => reading((row) => lt(row.rate, "1,5")),
  "a bigint with a fraction": () => reading((row) => lt(row.weight, "1.5")),
  "a decimal with a floating-point number": () => reading((row) => lt(row.rate, row.ratio)),
  "a boolean with a word": () => reading((row) => eq(row.active, "true")),
  "the order of texts": () => reading((row) => gt(row.note, "m")),
  "the order of booleans": () => reading((row) => lt(row.active, true)),
  "a word that is none of the choices": () => reading((row) => eq(row.status, "darft")),
  "a list with a word that is none of the choices": () =>
    reading((row) => oneOf(row.status, ["draft", "sent"])),
  "two values that never change": () => reading(() => eq("a", "b")),
  "a value that is never missing": () => reading(() => isNull(now)),
  "a number that is not finite": () => reading((row) => lt(row.ratio, Number.POSITIVE_INFINITY)),
  "some() of one record": () => reading((row) => some(row.customer, () => true)),
  "some() of a field that is not there": () => reading((row) => some(row.lines, () => true)),
  "a wrong path inside some()": () =>
    reading((row) =>
      some(
        row.customer.orders,
        untyped((order: typeof row) => eq(order.notes, row.note)),
      ),
    ),
  "a role that is not declared": () =>
    reading((_row, caller) => or(caller.is("suport"), caller.is("Manager")), ["support", "manager"]),
  "a role that no rule asks for": () =>
    reading((_row, caller) => caller.is("support"), ["support", "manager"]),
  "a command's rule with a wrong path": () =>
    withResources([account], {
      commands: [
        command(account, "block", {
          access: untyped((row: { ownr: never }, caller: CallerRef) =>
            and(caller.signedIn, eq(row.ownr, "x")),
          ),
          run: () => undefined,
        }),
      ],
    }),
  "a resource without access": () => withResources([resource("order", { fields: { note: field.text() } })]),
  "a required field that nobody can give": () =>
    withResources([
      resource("order", {
        fields: { total: field.money().readOnly(), note: field.text() },
        access: { create: everyone, read: everyone, fields: { note: { write: nobody } } },
      }),
    ]),
};
