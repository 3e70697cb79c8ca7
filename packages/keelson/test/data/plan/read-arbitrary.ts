import fc from "fast-check";
import type { FilterNode, SelectionNode } from "../../../src/data/plan/selection.ts";
import type { FieldModel, FieldPath, ResourceModel, SortKey } from "../../../src/model/app-model.ts";
import { domainOf } from "../../../src/model/comparison-domain.ts";
import { operatorsOf } from "../../../src/operation/filter-operators.ts";
import { policyModel } from "../policy/policy-model.ts";
import { pools, uuidOf } from "../policy/policy-rows.ts";

/** A scalar that a filter or an order can name. */
interface NamedField {
  readonly path: FieldPath;
  readonly field: FieldModel;
}

export const resourceNamed = (name: string): ResourceModel => {
  const resource = policyModel.resources.get(name);
  if (!resource) throw new Error(`there is no resource "${name}"`);
  return resource;
};

/** Orders of up to three keys of all kinds and both directions, through references too. */
export const arbitraryOrder = (resource: ResourceModel): fc.Arbitrary<readonly SortKey[]> =>
  fc.array(
    fc.record({
      path: fc.constantFrom(...namedFields(resource)).map(({ path }) => path),
      descending: fc.boolean(),
    }),
    { maxLength: 3 },
  );

export function arbitraryFilter(resource: ResourceModel, depth = 2): fc.Arbitrary<FilterNode> {
  const leaf = fc.constantFrom(...namedFields(resource)).chain(arbitraryComparison);
  if (depth === 0) return leaf;
  const inner = arbitraryFilter(resource, depth - 1);
  return fc.oneof(
    { arbitrary: leaf, weight: 3 },
    {
      arbitrary: fc.record({
        op: fc.constantFrom("and" as const, "or" as const),
        args: fc.array(inner, { minLength: 0, maxLength: 3 }),
      }),
      weight: 2,
    },
    { arbitrary: inner.map((arg): FilterNode => ({ op: "not", arg })), weight: 1 },
  );
}

function arbitraryComparison({ path, field }: NamedField): fc.Arbitrary<FilterNode> {
  const value = fc.constantFrom(...valuesFor(field, path.part));
  return fc.constantFrom(...operatorsOf(field.spec, path.part)).chain((op): fc.Arbitrary<FilterNode> => {
    switch (op) {
      case "isNull":
        return fc.boolean().map((wanted) => ({ op, path, value: wanted }));
      case "in":
      case "nin":
        return fc.array(value, { maxLength: 3 }).map((values) => ({ op, path, values }));
      case "contains":
      case "startsWith":
        return fc.oneof(value.map(String), piecesOfText).map((text) => ({ op, path, value: text }));
      default:
        return value.map((compared) => ({ op, path, value: compared }));
    }
  });
}

/** Pieces that some texts contain, and what LIKE or a quoted literal would stumble over. */
const piecesOfText = fc.constantFrom(
  "",
  "a",
  "A",
  "Ä",
  "'",
  '"',
  "%",
  "_",
  "\\",
  "x",
  "'; drop table orders; --",
  "𝒳",
);

function valuesFor({ spec, relation }: FieldModel, part: FieldPath["part"]) {
  if (spec.kind === "choice") return spec.choices ?? [];
  if (relation) return [1, 2, 3, 4, 5].map(uuidOf);
  if (part === "currency") return ["EUR", "GBP", "USD"];
  const pool = pools[domainOf(spec, part) ?? "text"];
  return spec.kind === "bigint" ? pool.filter((value) => !String(value).includes(".")) : pool;
}

/** Trees of fields and relations under invented names, the same relation more than once. */
export function arbitraryNodes(resource: ResourceModel, depth = 3): fc.Arbitrary<readonly SelectionNode[]> {
  return fc
    .array(arbitraryNode(resource, depth), { minLength: 1, maxLength: 4 })
    .map((nodes) => nodes.map((node, position) => ({ ...node, as: `${node.as}${position}` })));
}

function arbitraryNode(resource: ResourceModel, depth: number): fc.Arbitrary<SelectionNode> {
  const fields = [...resource.fields.values()];
  const scalar = fc
    .constantFrom(...fields.filter((field) => field.columns.length > 0))
    .map(({ name }): SelectionNode => ({ kind: "field", as: name, field: name }));
  const relations = fields.filter((field) => field.relation);
  if (depth === 0 || relations.length === 0) return scalar;
  const related = fc.constantFrom(...relations).chain(({ name, relation }): fc.Arbitrary<SelectionNode> => {
    const target = resourceNamed(relation?.target ?? "");
    const nodes = arbitraryNodes(target, depth - 1);
    if (relation?.kind === "one")
      return nodes.map((inner) => ({ kind: "one", as: "one_", field: name, nodes: inner }));
    return fc
      .record(
        {
          nodes,
          filter: arbitraryFilter(target, 1),
          order: arbitraryOrder(target),
          limit: fc.integer({ min: 0, max: 4 }),
        },
        { requiredKeys: ["nodes"] },
      )
      .map((rest) => ({ kind: "many", as: "Many ", field: name, ...rest }));
  });
  return fc.oneof({ arbitrary: scalar, weight: 2 }, { arbitrary: related, weight: 3 });
}

/** Every scalar that a path of at most two references leads to. */
function namedFields(resource: ResourceModel, hops: readonly string[] = []): readonly NamedField[] {
  return [...resource.fields.values()].flatMap((field): readonly NamedField[] => {
    if (field.columns.length === 0) return [];
    const named = (part: FieldPath["part"]): NamedField => ({
      field,
      path: { text: [...hops, field.name, ...(part ? [part] : [])].join("."), hops, field: field.name, part },
    });
    if (field.spec.kind === "money")
      return field.spec.currency === undefined ? [named("amount"), named("currency")] : [named("amount")];
    const target = hops.length < 2 && field.relation ? resourceNamed(field.relation.target) : undefined;
    return [named(undefined), ...(target ? namedFields(target, [...hops, field.name]) : [])];
  });
}
