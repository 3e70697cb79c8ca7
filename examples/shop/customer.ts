import { type CallerRef, email, eq, many, object, or, type Ref, resource, text } from "keelson";

/** Who may look after customers and their orders. */
export const isStaff = (caller: CallerRef) => caller.is("support", "manager");

/** A row belongs to the caller when its account is the caller's subject. */
export const owns = (account: Ref<string>, caller: CallerRef) => eq(account, caller.id);

const address = object({
  line1: text({ max: 200 }),
  line2: text({ max: 200 }).optional(),
  city: text({ max: 100 }),
  postcode: text({ max: 20 }),
  country: text({ min: 2, max: 2, pattern: "[A-Z]{2}" }).description("ISO 3166-1 alpha-2 code."),
});

export const customer = resource("customer", {
  description: "Someone who buys in the shop.",
  fields: {
    name: text({ min: 1, max: 200 }).example("Ada Lovelace"),
    email: email().unique().example("ada@example.com"),
    phone: text({ max: 40, pattern: "\\+?[0-9 ()-]{3,40}" }).optional(),
    address: address.optional(),
    account: text({ min: 1, max: 200 }).unique().description("Subject of the owner's access token."),
    orders: many("order", { via: "customer" }),
  },
  access: {
    read: (row, caller) => or(isStaff(caller), owns(row.account, caller)),
    create: (row, caller) => or(caller.is("manager"), owns(row.account, caller)),
    update: (row, caller) => or(caller.is("manager"), owns(row.account, caller)),
    delete: (_row, caller) => caller.is("manager"),
    fields: {
      // Otherwise a customer could hand their record, or somebody their own, to another account.
      account: { write: (row, caller) => or(caller.is("manager"), owns(row.account, caller)) },
    },
  },
  list: { filter: ["name", "email", "createdAt"], sort: ["createdAt", "name"] },
});
