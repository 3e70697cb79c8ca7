import fc from "fast-check";
import { backend } from "../../../src/declare/backend.ts";
import * as declare from "../../../src/declare/field.ts";
import { mixin, resource } from "../../../src/declare/resource.ts";
import type { AppModel } from "../../../src/model/app-model.ts";
import { linkModel } from "../../../src/model/link-model.ts";

type AnyField = declare.Field;

interface FieldPlan {
  readonly kind: number;
  readonly optional: boolean;
  readonly defaulted: boolean;
  readonly unique: boolean;
  readonly target: number;
  readonly renamedFrom: string | undefined;
}

interface ResourcePlan {
  readonly fields: Readonly<Record<string, FieldPlan>>;
  readonly renamedFrom: string | undefined;
  readonly otherPlural: boolean;
  readonly softDelete: boolean;
  readonly indexed: boolean;
}

const resourceNames = ["ant", "bee", "cat", "dog"];
const fieldNames = ["a", "b", "c", "d", "e"];

const sometimes = <T>(value: fc.Arbitrary<T>, one: number): fc.Arbitrary<T | undefined> =>
  fc.integer({ min: 1, max: one }).chain((n) => (n === 1 ? value : fc.constant(undefined)));
const rarely = fc.integer({ min: 1, max: 5 }).map((n) => n === 1);

const fieldPlan: fc.Arbitrary<FieldPlan> = fc.record({
  kind: fc.nat(99),
  optional: fc.boolean(),
  defaulted: fc.boolean(),
  unique: rarely,
  target: fc.nat(9),
  renamedFrom: sometimes(fc.constantFrom(...fieldNames), 4),
});

const resourcePlan: fc.Arbitrary<ResourcePlan> = fc.record({
  fields: fc.dictionary(fc.constantFrom(...fieldNames), fieldPlan, { maxKeys: 4 }),
  renamedFrom: sometimes(fc.constantFrom(...resourceNames), 4),
  otherPlural: rarely,
  softDelete: rarely,
  indexed: fc.boolean(),
});

/** Models over a few names, so that two of them have much in common. */
export const anyModel: fc.Arbitrary<AppModel> = fc
  .dictionary(fc.constantFrom(...resourceNames), resourcePlan, { maxKeys: 4 })
  .map(modelOf);

function modelOf(plan: Readonly<Record<string, ResourcePlan>>): AppModel {
  const names = Object.keys(plan);
  const resources = Object.entries(plan).map(
    ([name, { fields, renamedFrom, otherPlural, softDelete, indexed }]) => {
      const declared: Record<string, AnyField> = Object.fromEntries(
        Object.entries(fields).map(([field, each]) => [field, fieldOf(each, names)]),
      );
      const [first] = Object.keys(declared).filter(
        (field) => !["many", "manyToMany"].includes(declared[field]?.spec.kind ?? ""),
      );
      return resource(name, {
        fields: declared,
        ...(renamedFrom === undefined ? {} : { renamedFrom }),
        ...(otherPlural ? { plural: `${name}Herd` } : {}),
        ...(softDelete ? { mixins: [mixin({ fields: {}, softDelete: true })] } : {}),
        ...(indexed && first ? { indexes: [{ on: [first, "-createdAt"] as const }] } : {}),
      });
    },
  );
  return linkModel(backend({ name: "random", resources }));
}

function fieldOf(plan: FieldPlan, resources: readonly string[]): AnyField {
  const makers: readonly (() => [AnyField, unknown?])[] = [
    () => [declare.text({ max: 10 }), "x"],
    () => [declare.text({ max: 20, min: 1 }), "it's"],
    () => [declare.email()],
    () => [declare.choice("red", "green"), "red"],
    () => [declare.choice("red", "green", '"a"'), "green"],
    () => [declare.integer(), 1],
    () => [declare.integer({ min: -5, max: 10 }), -1],
    () => [declare.bigint({ min: "0" }), "12"],
    () => [declare.decimal({ precision: 10, scale: 2 }), "1.50"],
    () => [declare.decimal({ precision: 12, scale: 2, min: "0.5" }), "1.50"],
    () => [declare.decimal(), "2"],
    () => [declare.number({ max: 1.5 }), 0.25],
    () => [declare.boolean(), false],
    () => [declare.money({ min: 0 }), { amount: 5, currency: "GBP" }],
    () => [declare.money({ currency: "EUR" }), { amount: 5, currency: "EUR" }],
    () => [declare.date({ min: "2020-01-01" })],
    () => [declare.timestamp()],
    () => [declare.uuid()],
    () => [declare.json({}), { a: ["'"] }],
    () => [declare.list(declare.text()), []],
    () => [declare.manyToMany(targetOf(plan, resources))],
    () => [declare.manyToMany(targetOf(plan, resources))],
    ...(["restrict", "cascade", "setNull"] as const).map((onDelete) => (): [AnyField] => [
      declare.reference(targetOf(plan, resources), { onDelete }),
    ]),
  ];
  const [field, example] = makers[plan.kind % makers.length]?.() ?? [declare.uuid()];
  return modified(field, example, plan);
}

const targetOf = (plan: FieldPlan, resources: readonly string[]) => () => ({
  name: resources[plan.target % resources.length] ?? "",
});

function modified(plain: AnyField, example: unknown, plan: FieldPlan): AnyField {
  let field = plain;
  const { kind } = plain.spec;
  if (plan.renamedFrom !== undefined) field = field.renamedFrom(plan.renamedFrom);
  if (kind === "manyToMany") return field;
  if (plan.defaulted && example !== undefined) field = field.default(example);
  if (plan.defaulted && kind === "uuid") field = field.defaultTo("gen_random_uuid()");
  if (plan.defaulted && kind === "timestamp") field = field.defaultTo("now()");
  if (plan.unique && !["json", "list"].includes(kind)) field = field.unique();
  return plan.optional ? field.optional() : field;
}
