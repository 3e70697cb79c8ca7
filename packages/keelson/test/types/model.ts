import {
  bigint,
  boolean,
  choice,
  date,
  decimal,
  email,
  integer,
  json,
  list,
  many,
  manyToMany,
  mixin,
  money,
  number,
  object,
  type RowOf,
  reference,
  resource,
  selfReference,
  text,
  timestamp,
  url,
  uuid,
} from "../../src/index.ts";

/** Names the row of a resource that is declared later: two types that contain each other cannot be inferred. */
export interface Order extends RowOf<typeof order> {}

export const customer = resource("customer", {
  fields: {
    name: text({ max: 100 }),
    account: text(),
    password: text().writeOnly(),
    orders: many<Order>("order", { via: "customer" }),
    referrer: selfReference("customer").optional(),
  },
  access: { read: () => true },
});

const tag = resource("tag", { fields: { label: text().unique() } });

export const order = resource("order", {
  fields: {
    customer: reference(() => customer).immutable(),
    status: choice("draft", "placed", "paid").default("draft").readOnly(),
    total: money(),
    note: text().optional(),
    quantity: integer().default(1),
    large: bigint(),
    rate: decimal(),
    ratio: number(),
    urgent: boolean(),
    day: date(),
    placedAt: timestamp().optional(),
    token: uuid(),
    mail: email(),
    site: url(),
    labels: list(text()),
    sizes: list(object({ width: integer(), depth: integer().optional() })).optional(),
    address: object({ city: text(), line: text().optional() }),
    data: json<{ readonly theme: string }>({ type: "object" }),
    tags: manyToMany(() => tag),
    lines: many("orderLine", { via: "order" }),
  },
});

export const audited = mixin({ fields: { reason: text() } });
export const owned = mixin({
  fields: { owner: text(), share: integer().optional() },
  access: { read: () => true },
});

export const invoice = resource("invoice", {
  mixins: [audited, owned],
  fields: { number: text() },
});
