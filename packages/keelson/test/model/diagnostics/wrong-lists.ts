import { everyone, nobody } from "../../../src/declare/access.ts";
import * as field from "../../../src/declare/field.ts";
import { type IndexOptions, type ListOptions, resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withOptions, withResources } from "./wrong.ts";

const secret = resource("secret", { fields: { word: field.text() }, access: { read: nobody } });
const fields = {
  note: field.text({ max: 100 }),
  total: field.money(),
  fee: field.money({ currency: "GBP" }),
  tags: field.list(field.text()),
  password: field.text().writeOnly(),
  hidden: field.text(),
  secret: field.reference(() => secret),
  secrets: field.manyToMany(() => secret),
  code: field.text({ max: 20 }).unique(),
};

const order = (options: { readonly list?: ListOptions; readonly indexes?: readonly IndexOptions[] }) =>
  withResources([
    secret,
    resource("order", {
      fields,
      access: { read: everyone, fields: { hidden: { read: nobody } } },
      ...options,
    }),
  ]);
const listing = (list: ListOptions) => order({ list });
const indexed = (...on: readonly string[]) => order({ indexes: [{ on: untyped(on) }] });

export const wrongLists: WrongDeclarations = {
  "a filter by a field that is not there": () => listing({ filter: ["statsu", "nots"] }),
  "a filter by money": () => listing({ filter: ["total"] }),
  "a filter by a part that money does not have": () => listing({ filter: ["total.value"] }),
  "a filter by a currency that is always the same": () => listing({ filter: ["fee.currency"] }),
  "a filter by a list": () => listing({ filter: ["tags"] }),
  "a filter by records": () => listing({ filter: ["secrets"] }),
  "a filter through a field that is no reference": () => listing({ filter: ["note.length"] }),
  "a filter by what can only be written": () => listing({ filter: ["password"] }),
  "a filter by what nobody may read": () => listing({ filter: ["hidden"] }),
  "a filter through records that nobody may read": () => listing({ filter: ["secret.word"] }),
  "a filter twice": () => listing({ filter: ["note", "note"] }),
  "a filter that is no path": () => listing({ filter: untyped([5]) }),
  "a sort with a direction": () => listing({ sort: ["-note"] }),
  "a default sort by a field that is not there": () => listing({ defaultSort: "-placedAt" }),
  "a default sort by a field twice": () => listing({ defaultSort: "note,-note" }),
  "an empty default sort": () => listing({ defaultSort: "" }),
  "a default limit above the greatest": () => listing({ defaultLimit: 100, maxLimit: 50 }),
  "limits that are none": () => listing({ defaultLimit: 0, maxLimit: 5_000 }),
  "a list that nobody may read": () => withOptions({ access: { read: nobody }, list: { filter: ["note"] } }),
  "an operation that is none": () => withOptions({ operations: untyped(["list", "remove"]) }),
  "an operation that nobody may call": () => withOptions({ operations: ["get", "create"] }),
  "an index on a field that is not there": () => indexed("notes"),
  "an index on nothing": () => indexed(),
  "an index on a list": () => indexed("tags"),
  "an index through a reference": () => indexed("secret.word"),
  "an index on a part that money does not have": () => indexed("total.value"),
  "an index twice": () => order({ indexes: [{ on: ["note"] }, { on: ["note"] }] }),
  "an index in both directions": () => order({ indexes: [{ on: ["note"] }, { on: ["-note"] }] }),
  "an index beside that of a list": () =>
    order({ list: { sort: ["note"] }, indexes: [{ on: ["note", "-id"] }] }),
  "an index on a unique field": () => order({ indexes: [{ on: ["code"], unique: true }] }),
  "an index on a long text": () => indexed("hidden"),
  "a unique text without max": () =>
    withResources([
      resource("tag", { fields: { label: field.text().unique() }, access: { read: everyone } }),
    ]),
  "a table and a join table with one name": () => {
    const access = { read: everyone };
    const label = resource("label", { fields: { word: field.text() }, access });
    return withResources([
      label,
      resource("order", { fields: { labels: field.manyToMany(() => label) }, access }),
      resource("ordersLabel", { fields: { word: field.text() }, access }),
    ]);
  },
};
