import { DiagnosticError } from "../../base/diagnostic.ts";
import type { Backend } from "../../declare/backend.ts";
import type { SystemDb } from "../../declare/handler.ts";
import type { AnyResource } from "../../declare/resource.ts";
import type { CreateOf, RelationKeys, RowOf } from "../../declare/row.ts";
import type { AppModel, FieldModel, ResourceModel } from "../../model/app-model.ts";
import { madeValue } from "./made-value.ts";

type ResourcesOf<B extends Backend> = NonNullable<B["~options"]>["resources"][number];

/** Makes records of a back end's resources, by their names. */
export type Factories<B extends Backend> = {
  readonly [R in ResourcesOf<B> as R["name"]]: Factory<R>;
};

/** Makes records of one resource. */
export interface Factory<R extends AnyResource> {
  /**
   * Creates a record as the system. What must be given and is not is made up: valid, the same in every run, and another
   * one for every record; records that it must refer to are made as well.
   *
   * @throws KeelsonError `validation_failed` and what else creating a record ends with
   */
  (values?: Values<R>): Promise<RowOf<R>>;
  /** Creates several records, one after the other. */
  many(count: number, values?: Values<R> | ((index: number) => Values<R>)): Promise<readonly RowOf<R>[]>;
}

/** Values to use; a record may stand for its id. Read-only fields may be given. */
export type Values<R extends AnyResource> = {
  readonly [K in keyof CreateOf<R>]?: K extends RelationKeys<R>
    ? CreateOf<R>[K] | (CreateOf<R>[K] extends readonly unknown[] | undefined ? readonly HasId[] : HasId)
    : CreateOf<R>[K];
};

interface HasId {
  readonly id: string;
}

type AnyValues = Readonly<Record<string, unknown>>;

/** @param db - the data as the system may change it, read-only fields included */
export function newFactories(
  model: AppModel,
  db: Pick<SystemDb, "create">,
): { readonly make: Readonly<Record<string, unknown>>; reset(): void } {
  const counts = new Map<string, number>();
  const ordinals = new Map([...model.resources.keys()].map((name, at) => [name, at + 1]));
  const create = async (
    resource: ResourceModel,
    values: AnyValues,
    within: readonly string[],
  ): Promise<unknown> => {
    const n = (counts.get(resource.name) ?? 0) + 1;
    counts.set(resource.name, n);
    const data: Record<string, unknown> = { id: madeId(ordinals.get(resource.name) ?? 0, n) };
    for (const [name, value] of Object.entries(values))
      data[name] = resource.fields.get(name)?.relation ? idsOf(value) : value;
    for (const field of resource.fields.values()) {
      if (data[field.name] !== undefined || !isNeeded(field)) continue;
      data[field.name] = await made(resource, field, n, data.id, within);
    }
    return db.create({ name: resource.name, fields: {} }, data as never);
  };
  const made = async (
    resource: ResourceModel,
    field: FieldModel,
    n: number,
    ownId: unknown,
    within: readonly string[],
  ): Promise<unknown> => {
    const { relation } = field;
    if (relation?.kind === "one") {
      if (relation.target === resource.name) return ownId;
      const target = model.resources.get(relation.target);
      if (!target || within.includes(relation.target))
        throw mustBeGiven(resource, field, "its records refer to each other in a circle");
      return ((await create(target, {}, [...within, resource.name])) as HasId).id;
    }
    const value = madeValue(field.name, field.spec, n);
    if (value === undefined)
      throw mustBeGiven(resource, field, "none can be made up that fits its schema or pattern");
    return value;
  };
  const factoryOf = (resource: ResourceModel): unknown =>
    Object.assign((values: AnyValues = {}) => create(resource, values, []), {
      many: async (count: number, values: AnyValues | ((index: number) => AnyValues) = {}) => {
        const rows: unknown[] = [];
        for (let at = 0; at < count; at += 1)
          rows.push(await create(resource, typeof values === "function" ? values(at) : values, []));
        return rows;
      },
    });
  return {
    make: Object.freeze(
      Object.fromEntries([...model.resources].map(([name, resource]) => [name, factoryOf(resource)])),
    ),
    reset: () => counts.clear(),
  };
}

/** What the database would miss: read-only fields are for handlers to give, and the factory stands in for them. */
const isNeeded = ({ system, spec, columns }: FieldModel): boolean =>
  !system && columns.length > 0 && !spec.optional && spec.default === undefined;

/** UUIDv7 in form; says which resource and which record. */
const madeId = (ordinal: number, n: number): string =>
  `019b0000-0000-7${ordinal.toString(16).padStart(3, "0")}-8000-${n.toString(16).padStart(12, "0")}`;

function idsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(idsOf);
  return typeof value === "object" && value !== null && "id" in value ? value.id : value;
}

function mustBeGiven(resource: ResourceModel, field: FieldModel, why: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: "factory-value",
      severity: "error",
      where: `t.make.${resource.name}, field "${field.name}"`,
      what: `It needs a value, and ${why}.`,
      instead: `Give one: t.make.${resource.name}({ ${field.name}: … }).`,
    },
  ]);
}
