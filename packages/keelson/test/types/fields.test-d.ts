import type { StandardSchemaV1 } from "@standard-schema/spec";
import { expectTypeOf } from "vitest";
import {
  choice,
  type InputOf,
  integer,
  json,
  list,
  money,
  type OutputOf,
  object,
  text,
  timestamp,
} from "../../src/index.ts";

// Modifiers may come in any order and are remembered.
const fields = {
  a: text().optional().description("a").readOnly(),
  b: text().readOnly().description("b").optional(),
  c: text().default("c").unique(),
  d: timestamp().defaultTo("now()"),
};
expectTypeOf<OutputOf<(typeof fields)["a"]>>().toEqualTypeOf<string | null>();
expectTypeOf<OutputOf<(typeof fields)["b"]>>().toEqualTypeOf<string | null>();
expectTypeOf<InputOf<typeof fields>>().toEqualTypeOf<{
  readonly a?: string | null;
  readonly b?: string | null;
  readonly c?: string;
  readonly d?: string;
}>();

// Defaults and examples are of the field's own type.
choice("a", "b").default("a");
money().default({ amount: 1, currency: "GBP" }).example({ amount: 2, currency: "GBP" });
// @ts-expect-error: none of the choices
choice("a", "b").default("c");
// @ts-expect-error: a choice needs words
choice();
// @ts-expect-error: not money
money().default(5);
// @ts-expect-error: a whole number
integer().default("5");
// @ts-expect-error: no SQL but the few functions that are known
timestamp().defaultTo("now() + interval '1 day'");
// @ts-expect-error: bounds are numbers here
integer({ min: "1" });

// Lists and objects nest.
const nested = list(object({ tags: list(choice("x", "y")), note: text().optional() }));
expectTypeOf<OutputOf<typeof nested>>().toEqualTypeOf<
  readonly { readonly tags: readonly ("x" | "y")[]; readonly note?: string | null }[]
>();

// JSON takes its type from a schema library, or from whoever declares it.
declare const schema: StandardSchemaV1<unknown, { readonly theme: "dark" | "light" }>;
const fromLibrary = json(schema);
const declared = json<readonly string[]>({ type: "array" });
const unknownJson = json({});
expectTypeOf<OutputOf<typeof fromLibrary>>().toEqualTypeOf<{ readonly theme: "dark" | "light" }>();
expectTypeOf<OutputOf<typeof declared>>().toEqualTypeOf<readonly string[]>();
expectTypeOf<OutputOf<typeof unknownJson>>().toEqualTypeOf<unknown>();
