import { eq, everyone } from "../../../src/declare/access.ts";
import * as field from "../../../src/declare/field.ts";
import { type CustomOperation, command, query } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withResources } from "./wrong.ts";

const { list, many, manyToMany, object, reference, text } = field;
const order = resource("order", { fields: { note: text() }, access: { read: everyone } });
const other = resource("ordr", { fields: { note: text() } });

const withCommands = (...commands: readonly CustomOperation[]) => withResources([order], { commands });

/** A command that is right but for these options. */
const pay = (options: Readonly<Record<string, unknown>>, name = "pay") =>
  withCommands(command(order, name, untyped({ access: everyone, run: () => undefined, ...options })));

export const wrongOperations: WrongDeclarations = {
  "a command called like a standard operation": () => pay({}, "update"),
  "a collection command called query": () => pay({ on: "collection" }, "query"),
  "a command with an invalid name": () => pay({}, "mark-paid"),
  "two commands with one name": () =>
    withCommands(
      command(order, "place", { on: "collection", access: everyone, run: () => undefined }),
      command(order, "place", { access: everyone, run: () => undefined }),
    ),
  "a query called like a command": () =>
    withResources([order], {
      commands: [command("rebuild", { access: everyone, run: () => undefined })],
      queries: [query("rebuild", { access: everyone, run: () => undefined })],
    }),
  "a command with the path of a resource": () =>
    withCommands(command("orders", { access: everyone, run: () => undefined })),
  "a command on a resource that is not there": () =>
    withCommands(command(other, "pay", { access: everyone, run: () => undefined })),
  "a command without access": () => pay({ access: undefined }),
  "a collection command without access": () => pay({ on: "collection", access: undefined }),
  "a free command that reads a row": () =>
    withCommands(
      command("rebuild", {
        access: untyped((row: { owner: never }) => eq(row.owner, "x")),
        run: () => undefined,
      }),
    ),
  "a command without a handler": () => pay({ run: undefined }),
  "an input that is no field": () => pay({ input: { token: "text" } }),
  "an input with a to-many relation": () => pay({ input: { lines: many("orderLine", { via: "order" }) } }),
  "an input with links": () => pay({ input: { orders: manyToMany(() => order) } }),
  "an input that refers to nothing": () =>
    pay({ input: { lines: list(object({ of: reference(() => other) })) } }),
  "an input with modifiers of stored fields": () => pay({ input: { token: text().unique() } }),
  "an input with wrong bounds": () => pay({ input: { token: text({ min: 5, max: 2 }) } }),
  "an input that is no list of fields": () => pay({ input: "token" }),
  "an output that is not there": () => pay({ output: other }),
  "an output that is no field": () => pay({ output: { total: 5 } }),
  "an idempotency that there is not": () => pay({ idempotency: "require" }),
  "a query with an idempotency key": () =>
    withResources([order], {
      queries: [query("totals", { idempotency: "required", access: everyone, run: () => undefined })],
    }),
  "an error with a status of the server": () =>
    pay({ errors: { declined: { status: 500, title: "Declined" } } }),
  "an error without a title": () => pay({ errors: { declined: { status: 402, title: "" } } }),
  "an error called like a built-in one": () => pay({ errors: { notFound: { status: 404, title: "Gone" } } }),
  "two errors with one code": () =>
    pay({ errors: { paidId: { status: 409, title: "Paid" }, paidID: { status: 409, title: "Paid" } } }),
};
