import { expectTypeOf } from "vitest";
import {
  and,
  boolean,
  type CallerRef,
  choice,
  eq,
  everyone,
  gt,
  integer,
  isNull,
  many,
  mixin,
  money,
  now,
  oneOf,
  oneOfClaim,
  or,
  type Ref,
  reference,
  resource,
  selfReference,
  some,
  text,
  timestamp,
} from "../../src/index.ts";
import { audited, customer, order, owned } from "./model.ts";

const fields = {
  customer: reference(() => customer),
  status: choice("draft", "paid"),
  total: money(),
  stock: integer(),
  active: boolean(),
  expires: timestamp().optional(),
  parent: selfReference("thing").optional(),
  orders: many("order", { via: "thing" }),
};

resource("thing", {
  fields,
  access: {
    read: (row, caller) =>
      or(
        caller.is("support"),
        eq(row.customer.account, caller.id),
        eq(row.customer, caller.claim("customer")),
      ),
    create: (row) => and(eq(row.status, "draft"), gt(row.stock, 0), gt(row.total.amount, 100)),
    update: (row) => or(isNull(row.expires), gt(row.expires, now), eq(row.active, true)),
    // A relation that is declared by name can be walked, and is checked when the model is linked.
    delete: (row, caller) =>
      or(
        eq(row.parent.customer.account, caller.id),
        some(row.orders, (one) => eq(one.note, "x")),
      ),
    fields: { total: { read: everyone, write: (row) => oneOf(row.status, ["draft"]) } },
  },
});

resource("thing", {
  fields,
  access: {
    // @ts-expect-error: no such field
    read: (row, caller) => eq(row.custmer, caller.id),
    // @ts-expect-error: no such field further on
    create: (row, caller) => eq(row.customer.acount, caller.id),
    // @ts-expect-error: none of the choices
    update: (row) => eq(row.status, "sent"),
    // @ts-expect-error: of another kind
    delete: (row) => gt(row.stock, "5"),
  },
});

resource("thing", {
  fields,
  access: {
    // @ts-expect-error: one of them is none of the choices
    read: (row) => oneOf(row.status, ["draft", "sent"]),
    // @ts-expect-error: true or false
    create: (row) => eq(row.active, "true"),
    // @ts-expect-error: a whole number is in no list of texts
    update: (row) => oneOfClaim(row.stock, "stocks"),
    // @ts-expect-error: values are not there yet: a rule is data
    delete: (row) => row.stock > 5,
  },
});

resource("thing", {
  fields,
  access: {
    // @ts-expect-error: some() asks a list of records
    read: (row) => some(row.customer, () => true),
  },
});
resource("thing", {
  fields,
  // @ts-expect-error: there is no such field to have a rule
  access: { fields: { totl: { read: everyone } } },
});

// Rules see the fields of mixins, and the rules of mixins the mixin's own.
resource("thing", {
  mixins: [audited, owned],
  fields: { title: text() },
  access: { read: (row, caller) => and(eq(row.owner, caller.id), eq(row.title, "x"), eq(row.reason, "y")) },
});
mixin({
  fields: { owner: text() },
  access: {
    read: (row, caller) => eq(row.owner, caller.id),
    // @ts-expect-error: no such field
    update: (row, caller) => eq(row.ownr, caller.id),
  },
});

// Parts of rules are ordinary functions.
const owns = (account: Ref<string>, caller: CallerRef) => eq(account, caller.id);
resource("thing", { fields, access: { read: (row, caller) => owns(row.customer.account, caller) } });
expectTypeOf(order.name).toEqualTypeOf<"order">();
