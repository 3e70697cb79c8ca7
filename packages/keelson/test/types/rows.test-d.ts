import { expectTypeOf } from "vitest";
import type { CreateOf, Money, RowOf, UpdateOf } from "../../src/index.ts";
import type { customer, invoice, order } from "./model.ts";

type OrderRow = RowOf<typeof order>;

// Every kind of field has the type of its JSON value; what is optional may be null.
expectTypeOf<OrderRow>().toEqualTypeOf<{
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
  readonly customer: string;
  readonly status: "draft" | "placed" | "paid";
  readonly total: Money;
  readonly note: string | null;
  readonly quantity: number;
  readonly large: string;
  readonly rate: string;
  readonly ratio: number;
  readonly urgent: boolean;
  readonly day: string;
  readonly placedAt: string | null;
  readonly token: string;
  readonly mail: string;
  readonly site: string;
  readonly labels: readonly string[];
  readonly sizes: readonly { readonly width: number; readonly depth?: number | null }[] | null;
  readonly address: { readonly city: string; readonly line?: string | null };
  readonly data: { readonly theme: string };
}>();

// What can only be written is in no row, and relations to many are read with `expand`.
expectTypeOf<RowOf<typeof customer>>().not.toHaveProperty("password");
expectTypeOf<RowOf<typeof customer>>().not.toHaveProperty("orders");
expectTypeOf<RowOf<typeof customer>["referrer"]>().toEqualTypeOf<string | null>();

// Fields of all mixins are there, beside those of the resource.
expectTypeOf<RowOf<typeof invoice>>().toMatchObjectType<{
  readonly reason: string;
  readonly owner: string;
  readonly share: number | null;
  readonly number: string;
}>();

// A creator must give what is required and has no default; links and what is optional may be left out.
type OrderInput = CreateOf<typeof order>;
expectTypeOf<OrderInput["customer"]>().toEqualTypeOf<string>();
expectTypeOf<OrderInput["note"]>().toEqualTypeOf<string | null | undefined>();
expectTypeOf<OrderInput["quantity"]>().toEqualTypeOf<number | undefined>();
expectTypeOf<OrderInput["status"]>().toEqualTypeOf<"draft" | "placed" | "paid" | undefined>();
expectTypeOf<OrderInput["tags"]>().toEqualTypeOf<readonly string[] | undefined>();
expectTypeOf<OrderInput["id"]>().toEqualTypeOf<string | undefined>();
expectTypeOf<OrderInput>().not.toHaveProperty("lines");
expectTypeOf<CreateOf<typeof customer>["password"]>().toEqualTypeOf<string>();

// A change names what it changes; what is immutable is not among it.
type OrderChange = UpdateOf<typeof order>;
expectTypeOf<OrderChange["note"]>().toEqualTypeOf<string | null | undefined>();
expectTypeOf<OrderChange["quantity"]>().toEqualTypeOf<number | undefined>();
expectTypeOf<OrderChange>().not.toHaveProperty("customer");
expectTypeOf<OrderChange>().not.toHaveProperty("lines");
expectTypeOf<OrderChange>().not.toHaveProperty("id");
