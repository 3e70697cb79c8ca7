import type { FieldSpec } from "../../declare/field-spec.ts";
import type {
  AppModel,
  CustomOperationModel,
  FieldModel,
  FieldPath,
  OperationModel,
  ResourceModel,
  SortKey,
} from "../app-model.ts";
import { resolveFieldPath } from "../field-path.ts";
import { leafNames } from "./leaf-names.ts";
import type { PartModel } from "./part-model.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** Members as they were, by resource, and by operation and side. */
export interface ShapesThen {
  readonly resources: ReadonlyMap<string, Shape>;
  readonly inputs: ReadonlyMap<string, Shape>;
  readonly outputs: ReadonlyMap<string, Shape>;
}

/** The fields of a resource as a shape. */
export const resourceShape = ({ fields }: ResourceModel): Shape =>
  shapeOf(new Map([...fields.values()].map((field) => [field.name, field.spec])));

/** The model in the words of an older version: names, kinds, what can be filtered and sorted by. */
export function modelAt(
  model: AppModel,
  shapes: ShapesThen,
  parts: ReadonlyMap<string, PartModel>,
): Omit<AppModel, "apiVersion"> {
  const fields = new Map(
    [...model.resources.values()].map((resource) => [
      resource.name,
      fieldsAt(resource, shapes.resources.get(resource.name)),
    ]),
  );
  const shells = new Map([...fields].map(([name, known]) => [name, { name, fields: known }]));
  const resources = new Map<string, ResourceModel>();
  for (const resource of model.resources.values()) {
    const own = fields.get(resource.name) ?? resource.fields;
    const lists = new ListsThen(model, parts, shells);
    const filter = lists.paths(resource, resource.list.filter);
    const sort = lists.paths(resource, resource.list.sort);
    const defaultSort = lists.keys(resource, resource.list.defaultSort);
    resources.set(resource.name, {
      ...resource,
      fields: own,
      manyToMany: [...own.values()].filter((field) => field.relation?.kind === "manyToMany"),
      list: { ...resource.list, filter, sort, defaultSort },
    });
  }
  const operations = new Map(
    [...model.operations.values()].map((operation) => [
      operation.name,
      operationAt(operation, resources, shapes),
    ]),
  );
  return { ...model, resources, operations };
}

function fieldsAt(resource: ResourceModel, shape: Shape | undefined): ReadonlyMap<string, FieldModel> {
  if (!shape) return resource.fields;
  const fields = [...shape.members].map(([name, spec]) => {
    const origins = (shape.origins.get(name) ?? []).flatMap((one) => resource.fields.get(one) ?? []);
    return Object.freeze(fieldAt(name, spec, origins));
  });
  // What came back stands at the end; what every record has comes after it.
  const isLast = (field: FieldModel): boolean => field.system && field.name !== "id";
  const ordered = [...fields.filter((field) => !isLast(field)), ...fields.filter(isLast)];
  return new Map(ordered.map((field) => [field.name, field]));
}

function fieldAt(name: string, spec: FieldSpec, origins: readonly FieldModel[]): FieldModel {
  const [first] = origins;
  if (first && origins.length === 1 && first.spec === spec) return { ...first, name };
  const writable = spec.kind !== "many" && !spec.readOnly;
  return {
    name,
    spec,
    system: false,
    // No plan is made of this model; that there is a column says that the field is shown.
    columns: first?.columns ?? [{ name, type: "text", nullable: true, default: undefined, checks: [] }],
    nullable: spec.optional,
    relation: first?.spec.kind === spec.kind ? first?.relation : undefined,
    read: { op: "and", args: origins.map((field) => field.read) },
    write: { op: "and", args: origins.map((field) => field.write) },
    creatable: writable,
    updatable: writable && !spec.immutable,
    required: writable && spec.kind !== "manyToMany" && !spec.optional && spec.default === undefined,
  };
}

type Shells = ReadonlyMap<string, Pick<ResourceModel, "name" | "fields">>;

/** What lists can be filtered and sorted by, in the words of then. */
class ListsThen {
  private readonly model: AppModel;
  private readonly parts: ReadonlyMap<string, PartModel>;
  private readonly shells: Shells;

  constructor(model: AppModel, parts: ReadonlyMap<string, PartModel>, shells: Shells) {
    this.model = model;
    this.parts = parts;
    this.shells = shells;
  }

  /** Paths of then whose every path of now is among those declared. */
  paths(resource: ResourceModel, declared: readonly FieldPath[]): readonly FieldPath[] {
    const texts = new Set(declared.map((path) => path.text));
    const found = declared.flatMap((path) => this.pathsThen(resource, path, texts));
    return [...new Map(found.map((path) => [path.text, path])).values()];
  }

  keys(resource: ResourceModel, declared: readonly SortKey[]): readonly SortKey[] {
    const paths = declared.map((key) => key.path);
    const texts = new Set(paths.map((path) => path.text));
    const found = declared.flatMap(({ path, descending }) =>
      this.pathsThen(resource, path, texts).map((then): SortKey => ({ path: then, descending })),
    );
    return [...new Map(found.map((key) => [key.path.text, key])).values()];
  }

  private pathsThen(
    resource: ResourceModel,
    path: FieldPath,
    texts: ReadonlySet<string>,
  ): readonly FieldPath[] {
    let here: ResourceModel | undefined = resource;
    const hops: string[] = [];
    for (const hop of path.hops) {
      const holder: ResourceModel | undefined = here;
      if (!holder) return [];
      const name = this.namesOf(holder, hop).find((one) => this.leavesOf(holder, one).length === 1);
      if (name === undefined) return [];
      hops.push(name);
      here = this.model.resources.get(holder.fields.get(hop)?.relation?.target ?? "");
    }
    if (!here) return [];
    const part = path.part === undefined ? [] : [path.part];
    const end = here;
    return this.namesOf(end, path.field).flatMap((name) => {
      const all = this.leavesOf(end, name).map((leaf) => [...path.hops, leaf, ...part].join("."));
      if (!all.every((text) => texts.has(text))) return [];
      const start = this.shells.get(resource.name);
      const resolved = start && resolveFieldPath(this.shells, start, [...hops, name, ...part].join("."));
      return resolved?.ok ? [resolved.value] : [];
    });
  }

  /** Fields of then that are compared by this field of now. */
  private namesOf(resource: ResourceModel, field: string): readonly string[] {
    const names = [...(this.shells.get(resource.name)?.fields.keys() ?? [])];
    return names.filter((name) => this.leavesOf(resource, name).includes(field));
  }

  private leavesOf(resource: ResourceModel, name: string): readonly string[] {
    const part = this.parts.get(resource.name);
    return part ? (leafNames(part, name) ?? []) : [name];
  }
}

function operationAt(
  operation: OperationModel,
  resources: ReadonlyMap<string, ResourceModel>,
  { inputs, outputs }: ShapesThen,
): OperationModel {
  const at = (resource: ResourceModel): ResourceModel => resources.get(resource.name) ?? resource;
  if (operation.kind === "batch") {
    const writes = [...operation.writes].map(
      ([kind, write]) => [kind, { ...write, resource: at(write.resource) }] as const,
    );
    return { ...operation, resource: at(operation.resource), writes: new Map(writes) };
  }
  if (operation.kind !== "custom") return { ...operation, resource: at(operation.resource) };
  const { output } = operation;
  const members = outputs.get(operation.name)?.members;
  const then: CustomOperationModel = {
    ...operation,
    resource: operation.resource && at(operation.resource),
    input: inputs.get(operation.name)?.members ?? operation.input,
    output:
      output.kind === "resource"
        ? { kind: "resource", resource: at(output.resource) }
        : output.kind === "fields" && members
          ? { kind: "fields", fields: members }
          : output,
  };
  return then;
}
