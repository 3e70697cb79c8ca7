import type { SelectionNode } from "../data/plan/selection.ts";
import type { ResourceModel } from "../model/app-model.ts";
import { isStored } from "../model/is-stored.ts";
import type { PolicyView } from "../model/policy-view.ts";

const known = new WeakMap<PolicyView, Map<ResourceModel, readonly SelectionNode[]>>();

/**
 * Every field that the caller may read, relations by id: what a record looks like when nothing is asked.
 * The same array every time, so that plans find their shape by identity.
 */
export function plainNodes(resource: ResourceModel, view: PolicyView): readonly SelectionNode[] {
  let byResource = known.get(view);
  if (!byResource) {
    byResource = new Map();
    known.set(view, byResource);
  }
  let nodes = byResource.get(resource);
  if (!nodes) {
    nodes = Object.freeze(
      [...resource.fields.values()]
        .filter((field) => isStored(field) && view.fieldRead(resource, field).op !== "never")
        .map((field): SelectionNode => ({ kind: "field", as: field.name, field: field.name })),
    );
    byResource.set(resource, nodes);
  }
  return nodes;
}
