import { everyone } from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import {
  boolean,
  choice,
  date,
  integer,
  list,
  money,
  number,
  reference,
  text,
} from "../../src/declare/field.ts";
import { command, query } from "../../src/declare/operation.ts";
import { resource } from "../../src/declare/resource.ts";
import { linkModel } from "../../src/model/link-model.ts";

const customer = resource("customer", { fields: { name: text() }, access: { read: everyone } });

const order = resource("order", {
  fields: {
    customer: reference(() => customer),
    status: choice("draft", "paid"),
    total: money(),
    note: text().optional(),
  },
  access: { read: everyone, create: everyone, update: everyone, delete: everyone },
  list: { filter: ["status", "total.amount", "customer"], sort: ["createdAt"] },
});

/** Written and never read: there is no place to point to. */
const complaint = resource("complaint", { fields: { body: text() }, access: { create: everyone } });

/** Inputs and outputs of every sort that paths and parameters can express. */
export const doorModel = linkModel(
  backend({
    name: "door",
    resources: [customer, order, complaint],
    commands: [
      command(order, "pay", {
        input: { token: text() },
        output: order,
        access: everyone,
        run: ({ row }) => row,
      }),
      command(order, "placeAll", {
        on: "collection",
        output: { placed: integer() },
        access: everyone,
        run: () => ({ placed: 0 }),
      }),
      command("rebuildIndex", { access: everyone, run: () => {} }),
    ],
    queries: [
      query(order, "summary", {
        on: "collection",
        input: {
          from: date().optional(),
          days: integer().optional(),
          ratio: number().optional(),
          deep: boolean().optional(),
          tags: list(text()).optional(),
          sizes: list(integer()).optional(),
          price: money().optional(),
        },
        output: { count: integer() },
        access: everyone,
        run: () => ({ count: 0 }),
      }),
      query(order, "latest", {
        input: { status: text().optional() },
        output: order,
        access: everyone,
        run: ({ row }) => row,
      }),
    ],
  }),
);
