import type { StandardSchemaV1 } from "@standard-schema/spec";
import { expectTypeOf } from "vitest";
import {
  type Caller,
  command,
  eq,
  everyone,
  integer,
  list,
  type Money,
  many,
  money,
  object,
  query,
  type RowOf,
  reference,
  text,
} from "../../src/index.ts";
import { customer, order } from "./model.ts";

// On a record: the handler is given the row, its input, and the errors it may end with.
command(order, "pay", {
  input: {
    token: text(),
    tip: money().optional(),
    lines: list(object({ product: reference(() => customer), count: integer() })),
  },
  output: order,
  errors: { cardDeclined: { status: 402, title: "Declined" }, paid: { status: 409, title: "Paid" } },
  access: (row, caller) => eq(row.customer.account, caller.id),
  async run({ row, input, caller, db, fail, signal, now }) {
    expectTypeOf(row).toEqualTypeOf<RowOf<typeof order>>();
    expectTypeOf(input.token).toEqualTypeOf<string>();
    expectTypeOf(input.tip).toEqualTypeOf<Money | null | undefined>();
    expectTypeOf(input.lines[0]).toEqualTypeOf<
      { readonly product: string; readonly count: number } | undefined
    >();
    expectTypeOf(caller).toEqualTypeOf<Caller>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    expectTypeOf(now()).toEqualTypeOf<string>();
    // @ts-expect-error: not declared
    if (input.token === "a") fail("cardStolen");
    // @ts-expect-error: no such input
    void input.tokn;
    if (input.token === "b") fail("paid", { members: { since: 1 } });
    if (input.token === "c") return fail("cardDeclined", "no");
    return db.update(order, row.id, { status: "paid" });
  },
});

// After a returned fail() the compiler knows that nothing goes on.
command(order, "check", {
  errors: { empty: { status: 409, title: "Empty" } },
  access: everyone,
  run({ row, fail }) {
    if (row.note === null) return fail("empty");
    expectTypeOf(row.note).toEqualTypeOf<string>();
  },
});

// On the collection and free-standing there is no row, neither for the handler nor for the rule.
command(order, "place", {
  on: "collection",
  access: (caller) => caller.is("customer"),
  run: ({ row }) => void expectTypeOf(row).toEqualTypeOf<undefined>(),
});
query("report", {
  output: { count: integer(), top: text().optional() },
  access: (caller) => caller.signedIn,
  run: ({ row }) => {
    expectTypeOf(row).toEqualTypeOf<undefined>();
    return { count: 1, top: null };
  },
});

// @ts-expect-error: the rule of a free-standing operation sees the caller alone
query("report", { access: (row, caller) => eq(row.id, caller.id), run: () => undefined });

query("report", {
  output: { count: integer() },
  access: everyone,
  // @ts-expect-error: the count is missing
  run: () => ({}),
});
command(order, "pay", {
  output: order,
  access: everyone,
  // @ts-expect-error: an output that is a resource names a record
  run: () => ({ note: "x" }),
});
// @ts-expect-error: access is missing
command(order, "pay", { run: () => undefined });
command(order, "pay", {
  // @ts-expect-error: the row has no such field
  access: (row, caller) => eq(row.ownr, caller.id),
  run: () => undefined,
});

// A schema library infers the input: here one that turns a text into a number.
declare const schema: StandardSchemaV1<{ readonly amount: string }, { readonly amount: number }>;
command("refund", {
  input: schema,
  access: everyone,
  run: ({ input }) => void expectTypeOf(input).toEqualTypeOf<{ readonly amount: number }>(),
});

// Without input there is none.
command("tick", {
  access: everyone,
  run: ({ input }) => {
    // @ts-expect-error: nothing was declared
    void input.amount;
  },
});
void many;
