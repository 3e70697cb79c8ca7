import type { FieldModel, ResourceModel } from "../../../src/model/app-model.ts";
import type { ScalarValue } from "../../../src/model/compare-values.ts";
import { type Domain, domainOf } from "../../../src/model/comparison-domain.ts";
import type { RowAccess } from "../../../src/model/evaluate-expression.ts";
import { policyModel } from "./policy-model.ts";

/** Few values each, so that comparisons hit; the rows and the literals of rules draw from the same. */
export const pools: Readonly<Record<Domain, readonly ScalarValue[]>> = {
  text: ["a", "b", "c", "A", "", "it's", 'say "x"', "ä", "a\u0308", "𝒳", "\\n", "%"],
  numeral: ["1", "2", "42"],
  uuid: [uuidOf(1), uuidOf(2), uuidOf(3)],
  boolean: [true, false],
  integral: [0, 1, -1, 2, 2147483647, -2147483648],
  exact: ["0", "-0", "1", "1.0", "0.1", "0.10", "-1", "2", "9007199254740993", "9007199254740992"],
  floating: [0, 0.1, 0.30000000000000004, 0.3, -1, 1, 2, 1e21, 1e-7, 2147483647],
  date: ["0001-01-01", "1999-12-31", "2026-02-28", "2026-03-01", "9999-12-31"],
  timestamp: [
    "1970-01-01T00:00:00Z",
    "2026-03-01T10:00:00.123456Z",
    "2026-03-01T10:00:00.123457Z",
    "2026-03-01T10:00:00Z",
    "2026-03-01T12:00:00+02:00",
    "9999-12-31T23:59:59.999999Z",
  ],
};

export function uuidOf(position: number): string {
  return `01900000-0000-7000-8000-${String(position).padStart(12, "0")}`;
}

/** A row as it is stored: values by field name, ids for references, lists of ids for many-to-many. */
export interface StoredRow {
  readonly resource: ResourceModel;
  readonly id: string;
  readonly values: ReadonlyMap<string, unknown>;
  readonly deleted: boolean;
}

const counts: Readonly<Record<string, number>> = { account: 5, customer: 9, label: 6, order: 48, line: 70 };

/** The rows of a whole database, made from one stream of random numbers in [0, 1). */
export function makeRows(random: () => number): readonly StoredRow[] {
  const pick = <T>(pool: readonly T[]): T => pool[Math.floor(random() * pool.length)] as T;
  const idOf = (resource: string): string => uuidOf(1 + Math.floor(random() * (counts[resource] ?? 1)));
  const scalar = (field: FieldModel): unknown => {
    if (field.spec.kind === "choice") return pick(field.spec.choices ?? []);
    if (field.spec.kind === "bigint")
      return pick(pools.exact.filter((value) => !String(value).includes(".")));
    if (field.spec.kind === "money")
      return { amount: pick(pools.integral), currency: field.spec.currency ?? pick(["EUR", "GBP"]) };
    return pick(pools[domainOf(field.spec, undefined) ?? "text"]);
  };
  const sample = (field: FieldModel): unknown => {
    if (field.name === "version") return 1 + Math.floor(random() * 3);
    if (field.name === "createdAt" || field.name === "updatedAt") return pick(pools.timestamp);
    if (field.relation?.kind === "manyToMany") return ["label", "label"].map(idOf).slice(random() * 3);
    if (field.relation?.kind === "many") return undefined;
    if (random() < 0.25) return null;
    return field.relation ? idOf(field.relation.target) : scalar(field);
  };
  return [...policyModel.resources.values()].flatMap((resource) =>
    Array.from({ length: counts[resource.name] ?? 0 }, (_, position): StoredRow => {
      const id = uuidOf(position + 1);
      const values = [...resource.fields.values()].map((field): [string, unknown] => [
        field.name,
        field.name === "id" ? id : sample(field),
      ]);
      return { resource, id, values: new Map(values), deleted: resource.softDelete && random() < 0.3 };
    }),
  );
}

/** Reads rows in memory the way the interpreter asks for them. */
export function accessTo(rows: readonly StoredRow[]): (row: StoredRow) => RowAccess {
  const live = rows.filter((row) => !row.deleted);
  const find = (resource: string, id: unknown) =>
    live.find((row) => row.resource.name === resource && row.id === id);
  const access = (row: StoredRow): RowAccess => ({
    resource: row.resource,
    value: (field, part) => {
      const value = row.values.get(field) ?? null;
      if (value === null || typeof value !== "object") return value as ScalarValue | null;
      return (value as Record<string, ScalarValue>)[part ?? "amount"] ?? null;
    },
    one: (field) => {
      const found = find(row.resource.fields.get(field)?.relation?.target ?? "", row.values.get(field));
      return found ? access(found) : null;
    },
    many: (field) => {
      const relation = row.resource.fields.get(field)?.relation;
      if (relation?.kind === "manyToMany") {
        const ids = [...new Set(row.values.get(field) as readonly string[])];
        return ids.flatMap((id) => find(relation.target, id) ?? []).map(access);
      }
      if (relation?.kind !== "many") throw new Error(`"${field}" is not a to-many relation`);
      return live
        .filter(
          (other) => other.resource.name === relation.target && other.values.get(relation.via) === row.id,
        )
        .map(access);
    },
  });
  return access;
}
