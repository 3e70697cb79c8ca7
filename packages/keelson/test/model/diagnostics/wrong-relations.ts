import { everyone } from "../../../src/declare/access.ts";
import * as field from "../../../src/declare/field.ts";
import { type AnyResource, resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withFields, withResources } from "./wrong.ts";

const { list, many, manyToMany, reference, selfReference, text } = field;
const access = { read: everyone };
const customer = resource("customer", { fields: { name: text() }, access });
const stray = resource("custmer", { fields: { name: text() }, access });

const orderWith = (fields: field.Fields, name = "order"): AnyResource => resource(name, { fields, access });

export const wrongRelations: WrongDeclarations = {
  "a reference to a resource that is not there": () =>
    withResources([customer, orderWith({ customer: reference(() => stray) })]),
  "a reference to nothing": () => withFields({ customer: reference(() => untyped(undefined)) }),
  "a reference whose target cannot be read": () =>
    withFields({
      customer: reference(() => {
        throw new ReferenceError("Cannot access 'customer' before initialization");
      }),
    }),
  "a self reference with a mistyped name": () => withFields({ parent: selfReference("ordre").optional() }),
  "setNull on a required reference": () =>
    withResources([customer, orderWith({ customer: reference(() => customer, { onDelete: "setNull" }) })]),
  "a mistyped onDelete": () =>
    withResources([
      customer,
      orderWith({ customer: reference(() => customer, { onDelete: untyped("setnull") }) }),
    ]),
  "many of a resource that is not there": () => withFields({ lines: many("orderLine", { via: "order" }) }),
  "many without an inverse": () =>
    withResources([orderWith({ customers: many("customer", { via: "order" }) }), customer]),
  "many with a mistyped inverse": () => {
    const order = orderWith({ lines: many("orderLine", { via: "ordr" }) });
    return withResources([order, orderWith({ order: reference(() => order) }, "orderLine")]);
  },
  "many with an inverse that is no reference": () =>
    withResources([orderWith({ customers: many("customer", { via: "name" }) }), customer]),
  "many with an inverse that leads elsewhere": () => {
    const order = orderWith({ lines: many("orderLine", { via: "customer" }) });
    return withResources([customer, order, orderWith({ customer: reference(() => customer) }, "orderLine")]);
  },
  "many that embeds too much": () => {
    const order = orderWith({ lines: many("orderLine", { via: "order", embedLimit: 100_000 }) });
    return withResources([order, orderWith({ order: reference(() => order) }, "orderLine")]);
  },
  "many-to-many with a resource that is not there": () =>
    withFields({ customers: manyToMany(() => customer) }),
  "modifiers on many": () => {
    const order = orderWith({ lines: many("orderLine", { via: "order" }).optional().readOnly() });
    return withResources([order, orderWith({ order: reference(() => order) }, "orderLine")]);
  },
  "a default for many-to-many": () =>
    withResources([customer, orderWith({ customers: manyToMany(() => customer).default([]) })]),
  "a reference inside a list": () =>
    withResources([customer, orderWith({ customers: list(reference(() => customer)) })]),
  "required references in a circle": () => {
    const order: AnyResource = resource("order", { fields: { invoice: reference(() => invoice) }, access });
    const invoice: AnyResource = resource("invoice", { fields: { order: reference(() => order) }, access });
    return withResources([order, invoice]);
  },
  "a required reference to itself": () => withFields({ parent: selfReference("order") }),
};
