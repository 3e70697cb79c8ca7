import { backend, command, everyone, integer, reference, resource, text } from "../../../src/index.ts";

const access = { read: everyone, create: everyone, update: everyone };

/** Created by one statement. Nothing but the key keeps the same payment from being made twice. */
const payment = resource("payment", { fields: { reference: text(), amount: integer() }, access });

export const account = resource("account", { fields: { balance: integer().default(0) }, access });

const entry = resource("entry", {
  fields: { account: reference(() => account), reference: text() },
  access,
});

/** A handler with several effects, which happen together or not at all. */
const deposit = command(account, "deposit", {
  idempotency: "required",
  input: { reference: text() },
  output: account,
  access: () => everyone(),
  async run({ row, input, db }) {
    await db.create(entry, { account: row.id, reference: input.reference });
    return db.update(account, row.id, { balance: row.balance + 1 });
  },
});

export const ledger = backend({
  name: "ledger",
  resources: [payment, account, entry],
  commands: [deposit],
});
