import type { FilterNode, ListSelection, Selection, SelectionNode } from "../../data/plan/selection.ts";
import type { AppModel, FieldPath, ResourceModel, SortKey, VersionModel } from "../../model/app-model.ts";
import { leafNames } from "../../model/version/leaf-names.ts";
import { upgradeComparison } from "./upgrade-comparison.ts";

/** A selection that was made in the words of an older version, in those of the newest. */
export function upgradeSelection<S extends Selection | ListSelection>(
  version: VersionModel,
  model: AppModel,
  selection: S,
): S {
  const upgrade = new SelectionUpgrade(version, model);
  const { resource } = selection;
  const nodes = upgrade.nodes(resource, selection.nodes);
  if (!("page" in selection)) return { ...selection, nodes };
  const filter = selection.filter && upgrade.filter(resource, selection.filter);
  return { ...selection, nodes, filter, order: upgrade.order(resource, selection.order) };
}

class SelectionUpgrade {
  private readonly version: VersionModel;
  private readonly model: AppModel;

  constructor(version: VersionModel, model: AppModel) {
    this.version = version;
    this.model = model;
  }

  /** In the model's order; never none, which would be no row at all. */
  nodes(resource: string, nodes: readonly SelectionNode[]): readonly SelectionNode[] {
    const wanted = new Map<string, SelectionNode>();
    for (const node of nodes) {
      for (const field of this.origins(resource, node.field)) {
        if (node.kind === "field") {
          if (!wanted.has(field)) wanted.set(field, { kind: "field", as: field, field });
          continue;
        }
        const target = this.targetOf(resource, field);
        const inner = this.nodes(target, node.nodes);
        wanted.set(field, { ...node, as: field, field, nodes: inner });
      }
    }
    if (wanted.size === 0) wanted.set("id", { kind: "field", as: "id", field: "id" });
    const order = [...(this.model.resources.get(resource)?.fields.keys() ?? [])];
    return order.flatMap((name) => wanted.get(name) ?? []);
  }

  filter(resource: string, node: FilterNode): FilterNode {
    switch (node.op) {
      case "and":
      case "or":
        return { op: node.op, args: node.args.map((arg) => this.filter(resource, arg)) };
      case "not":
        return { op: "not", arg: this.filter(resource, node.arg) };
      default: {
        const { end, hops } = this.walk(resource, node.path);
        const part = this.version.resources.get(end);
        const pathOf = (field: string): FieldPath => pathThrough(hops, field, node.path.part);
        return upgradeComparison(node, part?.steps ?? [], pathOf);
      }
    }
  }

  order(resource: string, keys: readonly SortKey[]): readonly SortKey[] {
    return keys.flatMap(({ path, descending }) => {
      const { end, hops } = this.walk(resource, path);
      const part = this.version.resources.get(end);
      const leaves = part ? (leafNames(part, path.field) ?? []) : [path.field];
      return leaves.map((leaf): SortKey => ({ path: pathThrough(hops, leaf, path.part), descending }));
    });
  }

  /** The resource at the end of a path, and the way there under its names now. */
  private walk(
    resource: string,
    { hops }: FieldPath,
  ): { readonly end: string; readonly hops: readonly string[] } {
    const now: string[] = [];
    let end = resource;
    for (const hop of hops) {
      const [field = hop] = this.origins(end, hop);
      now.push(field);
      end = this.targetOf(end, field);
    }
    return { end, hops: now };
  }

  private origins(resource: string, name: string): readonly string[] {
    return this.version.resources.get(resource)?.origins.get(name) ?? [name];
  }

  private targetOf(resource: string, field: string): string {
    const found: ResourceModel | undefined = this.model.resources.get(resource);
    return found?.fields.get(field)?.relation?.target ?? "";
  }
}

const pathThrough = (hops: readonly string[], field: string, part: FieldPath["part"]): FieldPath => ({
  text: [...hops, field, ...(part === undefined ? [] : [part])].join("."),
  hops,
  field,
  part,
});
