import type { FieldSpec } from "../../declare/field-spec.ts";
import type { ApiVersion } from "../../declare/version.ts";
import type { AppModel } from "../app-model.ts";
import { concerns, keysOf, newPartsOf, pathsNow, undoAll } from "../version/link-versions.ts";
import type { MemberChange } from "../version/part-model.ts";
import { memberAt, type Shape, splitPath } from "../version/shape.ts";
import { faultOfChange } from "./change-fault.ts";
import { inChange } from "./check-versions.ts";
import type { Findings } from "./findings.ts";

/** Names that every record has, whatever the version. */
const systemNames = new Set(["id", "createdAt", "updatedAt", "version", "deletedAt"]);

/** Whether every change of the versions fits what it leaves behind, and can be undone without loss. */
export function checkChanges(findings: Findings, model: AppModel): void {
  const versions = model.backend.versions ?? [];
  let parts = newPartsOf(model);
  for (const version of versions.slice(1).toReversed()) {
    for (const [index, change] of [...version.changes.entries()].toReversed()) {
      if (change.kind !== "behaviourChanged") {
        const shapes = new Map([...parts.byKey].map(([key, draft]) => [key, draft.shape]));
        checkChange(findings, model, { version, index, change, shapes });
      }
      parts = undoAll(parts, [change]);
    }
  }
}

interface Looking {
  readonly version: ApiVersion;
  readonly index: number;
  readonly change: MemberChange;
  readonly shapes: ReadonlyMap<string, Shape>;
}

function checkChange(findings: Findings, model: AppModel, { version, index, change, shapes }: Looking): void {
  const where = inChange(version, index);
  const fail = (code: string, what: string, instead: string) => findings.error(code, where, what, instead);
  const { target } = change;
  const keys = keysOf(change).filter((key) => shapes.has(key));
  if (!isOurs(model, target) || keys.length === 0) {
    const name = `${target.type === "resource" ? "resource" : "command or query"} "${target.name}"`;
    fail(
      "unknown-version-target",
      keys.length === 0 && isOurs(model, target)
        ? `The ${name} has no ${change.on ?? "input or output"} of its own fields.`
        : `The ${name} is not part of this back end.`,
      "Change what backend({ resources, commands, queries }) lists.",
    );
    return;
  }
  const own = [...pathsThen(change), ...pathsNow(change)].find((path) => systemNames.has(path));
  if (own !== undefined && target.type === "resource") {
    fail("system-field-change", `"${own}" is a field of every record.`, "Change declared fields only.");
    return;
  }
  const concerned = keys.filter((key) => concerns(shapes.get(key) as Shape, change, key));
  if (concerned.length === 0) {
    const shape = shapes.get(keys[0] ?? "") as Shape;
    const missing = pathsNow(change).filter((path) => memberAt(shape.members, path.split(".")) === undefined);
    const names = namesBeside(shape, missing[0] ?? "");
    fail(
      "unknown-version-field",
      `"${missing[0]}" is not there after this change: "${target.name}" has ${names.map((name) => `"${name}"`).join(", ") || "nothing"} then.`,
      "Use the names as they are in this version; later versions have changed them again where they say so.",
    );
    return;
  }
  for (const key of concerned) {
    const shape = shapes.get(key) as Shape;
    const taken = pathsThen(change).find((path) => isTaken(shape, change, path));
    if (taken !== undefined) {
      fail(
        "version-name-clash",
        `"${taken}" was its name before, but there is another "${taken}" in "${target.name}" then.`,
        "Declare first what became of the other one, or give the right name.",
      );
      return;
    }
    const fault = faultOfChange(
      change,
      specsOf(shape, change),
      key.startsWith("resource") || key.startsWith("input"),
    );
    if (fault) {
      fail(fault.code, fault.what, fault.instead);
      return;
    }
  }
}

const isOurs = (model: AppModel, target: MemberChange["target"]): boolean =>
  target.type === "resource"
    ? model.backend.resources.includes(target)
    : // By name: tests run copies of the declarations, whose handlers they watch.
      [...(model.backend.commands ?? []), ...(model.backend.queries ?? [])].some(
        ({ name, resource }) => name === target.name && resource?.name === target.resource?.name,
      );

/** Members that the change takes back. */
function pathsThen(change: MemberChange): readonly string[] {
  switch (change.kind) {
    case "renamed":
    case "moved":
    case "split":
      return [change.from];
    case "removed":
      return [change.name];
    default:
      return [];
  }
}

function isTaken(shape: Shape, change: MemberChange, path: string): boolean {
  // A part may have kept the name of the whole.
  if (change.kind === "split" && change.into.includes(path)) return false;
  return memberAt(shape.members, path.split(".")) !== undefined;
}

function namesBeside({ members }: Shape, path: string): readonly string[] {
  const { parent } = splitPath(path);
  if (parent.length === 0) return [...members.keys()];
  const spec = memberAt(members, parent);
  return Object.keys(spec?.members ?? spec?.of?.members ?? {});
}

const specsOf = ({ members }: Shape, change: MemberChange): ReadonlyMap<string, FieldSpec> =>
  new Map(
    pathsNow(change).flatMap((path) => {
      const spec = memberAt(members, path.split("."));
      return spec ? [[path, spec] as const] : [];
    }),
  );
