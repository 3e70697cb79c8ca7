import { everyone } from "../../../src/declare/access.ts";
import { boolean, integer, many, money, reference, text } from "../../../src/declare/field.ts";
import { integerKey } from "../../../src/declare/key.ts";
import { resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withFields, withOptions, withResources } from "./wrong.ts";

const access = { read: everyone };
const line = resource("line", {
  key: ["order", "position"],
  fields: { order: integer(), position: integer() },
  access,
});

export const wrongStorage: WrongDeclarations = {
  "two fields on one column": () =>
    withFields({ note: text({ max: 200 }), remark: text({ max: 200 }).column("note") }),
  "a field on a column that Keelson keeps": () => withFields({ made: text().column("created_at") }),
  "two columns for a text": () => withFields({ note: text().columns("a", "b") }),
  "one column for money of any currency": () => withFields({ price: money().column("price") }),
  "a column for the other side of a reference": () =>
    withFields({ parts: many("order", { via: "whole" }).column("x"), whole: text() }),
  "a type that is SQL of another kind": () =>
    withFields({ note: text().column("note", { type: "text; drop table orders" }) }),
  "an empty table name": () => withOptions({ table: "" }),
  "a table name with a dot and without a schema": () => withOptions({ table: "sales.orders" }),
  "a table that is called like a part of a statement": () => withOptions({ table: "_w" }),
  "a key that is nothing": () => withOptions({ key: untyped(7) }),
  "a key of no fields": () => withOptions({ key: untyped([]) }),
  "a key of a field that is not there": () => withOptions({ key: ["code"] }),
  "a key of a field twice": () => withFields({ code: text() }, { key: ["code", "code"] }),
  "a key of an optional field": () => withFields({ code: text().optional() }, { key: ["code"] }),
  "a key of true and false": () => withFields({ done: boolean() }, { key: ["done"] }),
  "a reference to what several fields identify": () =>
    withResources([line, resource("note", { fields: { line: reference(() => line) }, access })]),
  "a view without a key": () => withOptions({ view: true }),
  "a view that somebody may change": () =>
    withOptions({ view: true, key: integerKey(), access: { read: everyone, update: everyone } }),
  "two plurals that are one path": () =>
    withResources([
      resource("box", { fields: { name: text() }, access, table: "a" }),
      resource("boxe", { fields: { name: text() }, access, table: "b" }),
    ]),
};
