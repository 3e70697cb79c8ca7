import { isDeepStrictEqual } from "node:util";
import type { Backend } from "../../declare/backend.ts";
import type { AnyResource, Mixin } from "../../declare/resource.ts";
import { type Findings, shown } from "./findings.ts";
import { inResource } from "./place.ts";

/** That mixins are what they say, and that two of them do not declare one field differently. */
export function checkMixins(findings: Findings, backend: Backend): void {
  for (const resource of backend.resources) {
    const mixins: readonly unknown[] = resource.options.mixins ?? [];
    const sound = mixins.filter((mixin, position): mixin is Mixin =>
      isMixin(findings, resource, mixin, position),
    );
    checkClashes(findings, resource, sound);
  }
}

function isMixin(findings: Findings, resource: AnyResource, mixin: unknown, position: number): boolean {
  const fields = (mixin as Partial<Mixin> | null | undefined)?.fields;
  if (typeof fields === "object" && fields !== null) return true;
  findings.blocker(
    "invalid-mixin",
    `${inResource(resource.name)}, mixins[${position}]`,
    mixin === undefined
      ? "It is undefined: most likely two files import each other."
      : `It is ${shown(mixin)}.`,
    "Declare it with mixin({ fields: { … } }).",
  );
  return false;
}

/** The resource itself may declare a field of a mixin anew; two mixins must agree. */
function checkClashes(findings: Findings, resource: AnyResource, mixins: readonly Mixin[]): void {
  const own = new Set(Object.keys(ownFields(resource)));
  const seen = new Map<string, unknown>();
  for (const mixin of mixins) {
    for (const [name, field] of Object.entries(mixin.fields)) {
      const before = seen.get(name);
      seen.set(name, field.spec);
      if (before === undefined || own.has(name) || isDeepStrictEqual(before, field.spec)) continue;
      findings.error(
        "mixin-clash",
        `${inResource(resource.name)}, field "${name}"`,
        "Two mixins declare it differently.",
        "Rename it in one of the mixins, or declare it in the resource itself, which then decides.",
      );
    }
  }
}

const ownFields = (resource: AnyResource): object =>
  (resource.options as { readonly fields?: object }).fields ?? {};
