import type { AppModel, FieldModel, ResourceModel } from "./app-model.ts";
import type { PolicyView } from "./policy-view.ts";

/** Resources by name, as far as paths need them. */
export type Resources = ReadonlyMap<string, Pick<ResourceModel, "name" | "fields">>;

const known = new WeakMap<PolicyView, Resources>();

/**
 * The model as a caller can see it: without the fields they may never read, and without all fields of
 * resources they may never read. Resolving names against it makes what is unreadable look as if it did not
 * exist, suggestions included. What depends on rows is left to the planner.
 */
export function readableResources(model: AppModel, view: PolicyView): Resources {
  let resources = known.get(view);
  if (!resources) {
    resources = new Map(
      [...model.resources].map(([name, resource]) => [
        name,
        { name, fields: readableFields(resource, view) },
      ]),
    );
    known.set(view, resources);
  }
  return resources;
}

function readableFields(resource: ResourceModel, view: PolicyView): ReadonlyMap<string, FieldModel> {
  if (view.rule(resource, "read").op === "never") return new Map();
  return new Map([...resource.fields].filter(([, field]) => view.fieldRead(resource, field).op !== "never"));
}
