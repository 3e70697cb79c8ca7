import { anonymous } from "../../base/caller.ts";
import type { AppModel, ResourceModel } from "../../model/app-model.ts";
import { policyViews } from "../../model/policy-view.ts";

/** The resource that examples of lists are of: one that can be filtered in many ways, open to all if there is one. */
export function sampleList(model: AppModel): ResourceModel | undefined {
  const view = policyViews(model)(anonymous);
  const score = (resource: ResourceModel): number =>
    resource.list.filter.length + (view.rule(resource, "read").op === "never" ? 0 : 100);
  return [...model.resources.values()]
    .filter(({ operations }) => operations.has("list"))
    .reduce<ResourceModel | undefined>(
      (best, resource) => (best === undefined || score(resource) > score(best) ? resource : best),
      undefined,
    );
}
