import { everyone } from "../../../src/declare/access.ts";
import { manyToMany, money, reference, text } from "../../../src/declare/field.ts";
import { mixin, resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withFields, withOptions, withResources } from "./wrong.ts";

const access = { read: everyone };
const fields = { note: text() };
const customer = resource("customer", { fields, access });

export const wrongNames: WrongDeclarations = {
  "an empty resource name": () => withFields(fields, {}, ""),
  "a resource name with capitals": () => withFields(fields, {}, "OrderLine"),
  "a resource name in snake_case": () => withFields(fields, {}, "order_line"),
  "a resource name that is too long": () => withFields(fields, {}, `order${"Line".repeat(20)}`),
  "a table name that is too long": () => withFields(fields, { plural: `x${"Ab".repeat(28)}` }, "order"),
  "a plural that is no name": () => withOptions({ plural: "sales-orders" }),
  "two resources with one name": () => withResources([customer, resource("customer", { fields, access })]),
  "two resources with one table": () =>
    withResources([customer, resource("client", { fields, access, plural: "customers" })]),
  "a resource that is renamed from one that is there": () =>
    withResources([customer, resource("client", { fields, access, renamedFrom: "customer" })]),
  "a resource that is renamed from itself": () => withOptions({ renamedFrom: "order" }),
  "two resources that are renamed from one": () =>
    withResources([
      resource("client", { fields, access, renamedFrom: "customer" }),
      resource("buyer", { fields, access, renamedFrom: "customer" }),
    ]),
  "a mistyped option": () => withOptions(untyped({ acess: {} })),
  "a mistyped rule": () => withOptions({ access: untyped({ raed: everyone }) }),
  "a mistyped list option": () => withOptions({ list: untyped({ filters: ["note"] }) }),
  "a field name in snake_case": () => withFields({ placed_at: text() }),
  "a field name that begins with a digit": () => withFields({ "2fa": text() }),
  "a system field declared again": () => withFields({ id: text(), deletedAt: text() }),
  "a field called like a list parameter": () => withFields({ limit: text(), filter: text() }),
  "a field called like a filter's logic": () => withFields({ not: text() }),
  "a field called like a member of every object": () => withFields({ constructor: text() }),
  "a field that would make records look like promises": () =>
    withFields(Object.fromEntries(["then"].map((name) => [name, text()]))),
  "a field called __proto__": () => withFields(Object.fromEntries([["__proto__", text()]])),
  "a field called like a system column": () => withFields({ xmin: text() }),
  "two fields with one column": () =>
    withResources([
      customer,
      resource("order", { fields: { customerId: text(), customer: reference(() => customer) }, access }),
    ]),
  "a money field and a field like its part": () => withFields({ price: money(), priceAmount: text() }),
  "a column name that is too long": () => withFields({ [`price${"Of".repeat(20)}`]: money() }),
  "a join table name that is too long": () =>
    withResources([
      customer,
      resource("order", { fields: { [`customers${"Of".repeat(20)}`]: manyToMany(() => customer) }, access }),
    ]),
  "a field that is renamed from one that is there": () =>
    withFields({ note: text(), remark: text().renamedFrom("note") }),
  "a field that is renamed from itself": () => withFields({ note: text().renamedFrom("note") }),
  "two fields that are renamed from one": () =>
    withFields({ remark: text().renamedFrom("note"), comment: text().renamedFrom("note") }),
  "mixins that disagree about a field": () =>
    withOptions({
      mixins: untyped([
        mixin({ fields: { tenant: text() } }),
        mixin({ fields: { tenant: text({ max: 20 }) } }),
      ]),
    }),
  "a mixin that is undefined": () =>
    withResources([{ ...customer, options: { ...customer.options, mixins: untyped([undefined]) } }]),
};
