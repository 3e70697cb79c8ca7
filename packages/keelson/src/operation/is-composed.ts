import type { SelectionNode } from "../data/plan/selection.ts";
import type { Call } from "./call.ts";

const composed = new WeakMap<readonly SelectionNode[], boolean>();

/** Whether the answer can change while the version stays: by what is embedded, or by a rule that hides a field. */
export function isComposed({ app, selection, view }: Call): boolean {
  // Selections are made for one view and shared by its calls.
  let known = composed.get(selection.nodes);
  if (known === undefined) {
    const resource = app.model.resources.get(selection.resource);
    known = selection.nodes.some((node) => {
      const field = resource?.fields.get(node.field);
      return node.kind !== "field" || !resource || !field || view.fieldRead(resource, field).op !== "always";
    });
    composed.set(selection.nodes, known);
  }
  return known;
}
