import { expectTypeOf } from "vitest";
import {
  bigintKey,
  type CreateOf,
  type Db,
  integer,
  type RowOf,
  reference,
  resource,
  text,
} from "../../src/index.ts";

const country = resource("country", {
  key: ["code"],
  timestamps: false,
  version: false,
  fields: { code: text({ max: 2 }), name: text() },
});
const invoice = resource("invoice", {
  key: bigintKey(),
  table: { schema: "sales", name: "Invoices" },
  timestamps: { createdAt: "made_on", updatedAt: false },
  version: "row_version",
  fields: {
    country: reference(() => country),
    total: integer().filledByDatabase(),
    gross: integer().computedByDatabase(),
  },
});
declare const db: Db;

// Ids are texts, whatever they are made of, and so are references to them.
expectTypeOf<RowOf<typeof country>>().toEqualTypeOf<{
  readonly id: string;
  readonly code: string;
  readonly name: string;
}>();
expectTypeOf<RowOf<typeof invoice>>().toEqualTypeOf<{
  readonly id: string;
  readonly createdAt: string;
  readonly version: number;
  readonly country: string;
  readonly total: number;
  readonly gross: number;
}>();
expectTypeOf<CreateOf<typeof invoice>["country"]>().toEqualTypeOf<string>();
expectTypeOf<CreateOf<typeof invoice>["total"]>().toEqualTypeOf<number | undefined>();

async function reads(): Promise<void> {
  const found = await db.get(invoice, "12", { expand: { country: true } });
  expectTypeOf(found.country).toEqualTypeOf<RowOf<typeof country> | null>();
  // @ts-expect-error: the table has no such column
  found.updatedAt;
}
void reads;
