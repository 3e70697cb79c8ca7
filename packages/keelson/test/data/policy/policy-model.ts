import {
  backend,
  bigint,
  boolean,
  choice,
  date,
  decimal,
  email,
  integer,
  many,
  manyToMany,
  mixin,
  money,
  number,
  reference,
  resource,
  selfReference,
  text,
  timestamp,
  url,
  uuid,
} from "../../../src/index.ts";
import { linkModel } from "../../../src/model/link-model.ts";

const softDeleted = mixin({ fields: {}, softDelete: true });

const account = resource("account", {
  mixins: [softDeleted],
  fields: {
    owner: text().optional(),
    mail: email().optional(),
    active: boolean().optional(),
    limit: decimal().optional(),
  },
});

const customer = resource("customer", {
  fields: {
    account: reference(() => account).optional(),
    tier: choice("a", "b", "c").optional(),
    since: date().optional(),
    orders: many("order", { via: "customer" }),
  },
});

const label = resource("label", {
  mixins: [softDeleted],
  fields: { word: text().optional(), weight: number().optional() },
});

/** One field of every kind that can be compared, all of which may be missing. */
const order = resource("order", {
  fields: {
    customer: reference(() => customer).optional(),
    parent: selfReference("order").optional(),
    name: text().optional(),
    state: choice("a", "b", "c").optional(),
    mail: email().optional(),
    link: url().optional(),
    whole: integer().optional(),
    large: bigint().optional(),
    exact: decimal().optional(),
    ratio: number().optional(),
    flag: boolean().optional(),
    day: date().optional(),
    moment: timestamp().optional(),
    key: uuid().optional(),
    price: money().optional(),
    cost: money({ currency: "EUR" }).optional(),
    lines: many("line", { via: "order" }),
    labels: manyToMany(() => label),
    children: many("order", { via: "parent" }),
  },
});

const line = resource("line", {
  mixins: [softDeleted],
  fields: {
    order: reference(() => order).optional(),
    label: reference(() => label).optional(),
    amount: integer().optional(),
    sold: timestamp().optional(),
  },
});

/** Relations of every sort, some of them in circles, with rows that were deleted softly. */
export const policyModel = linkModel(
  backend({ name: "policies", resources: [account, customer, label, order, line] }),
);
