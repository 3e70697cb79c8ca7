import type { StandardSchemaV1 } from "@standard-schema/spec";
import { expectTypeOf } from "vitest";
import { backend, command, everyone, integer, integration, job, text, type Use } from "../../src/index.ts";
import type { TestBackend } from "../../src/testing/index.ts";

declare const receipt: StandardSchemaV1<{ raw: string }, { parsed: number }>;

const payments = integration("payments", {
  baseUrl: "https://pay.example.com",
  operations: {
    charge: {
      method: "POST",
      path: "/charges",
      input: { amount: integer(), note: text().optional() },
      output: { id: text(), note: text().optional() },
      errors: { cardDeclined: { status: 402 } },
    },
    ping: { method: "GET", path: "/ping" },
    receipt: { method: "POST", path: "/receipts", input: receipt, output: receipt },
  },
});

declare const use: Use;
declare const fail: () => never;

// What is given is what was declared …
void use(payments).charge({ amount: 1 });
void use(payments).charge({ amount: 1, note: null });
// @ts-expect-error a text is no number
void use(payments).charge({ amount: "1" });
// @ts-expect-error the input is needed
void use(payments).charge();
// @ts-expect-error there is no such operation
void use(payments).refund({});
void use(payments).ping();
// @ts-expect-error a schema library's own input
void use(payments).receipt({ parsed: 1 });

// … and what comes back too.
expectTypeOf(await use(payments).charge({ amount: 1 })).toEqualTypeOf<{
  readonly id: string;
  readonly note: string | null;
}>();
expectTypeOf(await use(payments).receipt({ raw: "" })).toEqualTypeOf<{ parsed: number }>();
expectTypeOf(await use(payments).ping()).toEqualTypeOf<void>();

// What a declared error leads to is part of it; what ends the call is not.
const caught = await use(payments).charge({ amount: 1 }, { on: { cardDeclined: ({ status }) => status } });
expectTypeOf(caught).toEqualTypeOf<{ readonly id: string; readonly note: string | null } | number>();
const ended = await use(payments).charge({ amount: 1 }, { on: { cardDeclined: () => fail() } });
expectTypeOf(ended).toEqualTypeOf<{ readonly id: string; readonly note: string | null }>();
// @ts-expect-error it is not declared
void use(payments).charge({ amount: 1 }, { on: { expired: () => 1 } });

const pay = command("pay", {
  access: everyone,
  output: { id: text() },
  async run({ use: through }) {
    return { id: (await through(payments).charge({ amount: 1 })).id };
  },
});
const payLater = job("payLater", {
  async run({ use: through }) {
    await through(payments).charge({ amount: 1 });
  },
});

const app = backend({
  name: "shop",
  resources: [],
  commands: [pay],
  jobs: [payLater],
  integrations: [payments],
});
declare const t: TestBackend<typeof app>;

t.integrations.payments.respond("charge", { id: "a", note: null });
t.integrations.payments.respond("charge", ({ body }) => ({ id: String(body), note: null }));
t.integrations.payments.refuse("charge", "cardDeclined");
// @ts-expect-error an answer is what was declared
t.integrations.payments.respond("charge", { id: 1 });
// @ts-expect-error there is no such error
t.integrations.payments.refuse("charge", "expired");
// @ts-expect-error there is no such integration
void t.integrations.mail;
