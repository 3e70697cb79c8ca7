import type { BehaviourChange } from "../../declare/behaviour.ts";
import type { ApiVersion, VersionChange } from "../../declare/version.ts";
import type { AppModel, CustomOperationModel, VersionModel, VersionsModel } from "../app-model.ts";
import { modelAt, resourceShape, type ShapesThen } from "./model-at.ts";
import type { MemberChange, PartModel, VersionStep } from "./part-model.ts";
import { memberAt, type Shape, shapeOf, splitPath } from "./shape.ts";
import { undoChange } from "./undo-change.ts";

/** The default name of the header field that chooses a version. */
const defaultVersionHeader = "API-Version";

/**
 * Links the versions of a back end: each gets the model in its own words, and what leads from it to the newest.
 * Undefined where no versions are declared. Gives the model with its newest version.
 */
export function linkVersions(model: AppModel): AppModel {
  const declared = model.backend.versions ?? [];
  const newest = declared.at(-1);
  if (!newest) return Object.freeze(model);
  const { header = defaultVersionHeader, pin = true } = model.backend.versioning ?? {};
  const known = new Map<string, VersionModel>();
  const draft = { header, pin, known } as unknown as {
    -readonly [K in keyof VersionsModel]: VersionsModel[K];
  };
  const current: VersionModel = {
    ...lifeOf(newest),
    current: true,
    model: undefined as never,
    resources: new Map(),
    operations: new Map(),
    without: new Set(),
  };
  const linked = { ...model, versions: draft, apiVersion: current };
  (current as { model: AppModel }).model = linked;
  draft.current = current;
  const older: VersionModel[] = [];
  let parts = newPartsOf(model);
  for (let index = declared.length - 2; index >= 0; index -= 1) {
    parts = undoAll(parts, declared[index + 1]?.changes ?? []);
    older.unshift(versionThen(linked, declared[index] as ApiVersion, parts));
  }
  for (const version of [...older, current]) known.set(version.date, Object.freeze(version));
  return Object.freeze(linked);
}

/** Everything that changes are about, on the way back through the versions. */
export interface Parts {
  readonly byKey: ReadonlyMap<string, Draft>;
  readonly without: readonly BehaviourChange[];
}

export interface Draft {
  readonly shape: Shape;
  /** Newest last: undoing puts them before. */
  readonly steps: readonly VersionStep[];
}

export function newPartsOf(model: AppModel): Parts {
  const entries: [string, Draft][] = [];
  const add = (key: string, shape: Shape) => entries.push([key, { shape, steps: [] }]);
  for (const resource of model.resources.values()) add(`resource ${resource.name}`, resourceShape(resource));
  for (const operation of model.operations.values()) {
    if (operation.kind !== "custom") continue;
    add(`input ${operation.name}`, shapeOf(operation.input ?? new Map()));
    if (operation.output.kind === "fields") add(`output ${operation.name}`, shapeOf(operation.output.fields));
  }
  return { byKey: new Map(entries), without: [] };
}

export function undoAll({ byKey, without }: Parts, changes: readonly VersionChange[]): Parts {
  const parts = new Map(byKey);
  const behaviour: BehaviourChange[] = [];
  for (const change of changes.toReversed()) {
    if (change.kind === "behaviourChanged") {
      behaviour.push(change);
      continue;
    }
    for (const key of keysOf(change)) {
      const before = parts.get(key);
      if (!before || !concerns(before.shape, change, key)) continue;
      const shape = undoChange(before.shape, change);
      parts.set(key, { shape, steps: [stepOf(change, shape, before.shape), ...before.steps] });
    }
  }
  return { byKey: parts, without: [...without, ...behaviour] };
}

/** Where a change may apply. */
export function keysOf({ target, on }: MemberChange): readonly string[] {
  if (target.type === "resource") return [`resource ${target.name}`];
  const name = target.resource ? `${target.resource.name}.${target.name}` : target.name;
  return (on === undefined ? ["input", "output"] : [on]).map((side) => `${side} ${name}`);
}

/** Whether a part has what the change leaves behind. Only an output shows what was removed, unless it says otherwise. */
export function concerns({ members }: Pick<Shape, "members">, change: MemberChange, key: string): boolean {
  if (change.kind === "removed")
    return change.on !== undefined || !key.startsWith("output") || change.target.type === "resource";
  const paths = pathsNow(change);
  return paths.length > 0 && paths.every((path) => memberAt(members, path.split(".")) !== undefined);
}

/** The members that a change leaves behind. */
export function pathsNow(change: MemberChange): readonly string[] {
  switch (change.kind) {
    case "renamed":
    case "moved":
      return [change.to];
    case "split":
      return change.into;
    case "removed":
      return [];
    default:
      return [change.name];
  }
}

function stepOf(change: MemberChange, then: Shape, now: Shape): VersionStep {
  if (change.kind !== "moved") return { change, fromEmptied: false, toEmptied: false };
  const from = splitPath(change.from).parent;
  const to = splitPath(change.to).parent;
  return {
    change,
    fromEmptied: from.length > 0 && memberAt(now.members, from) === undefined,
    toEmptied: to.length > 0 && memberAt(then.members, to) === undefined,
  };
}

function versionThen(model: AppModel, declaration: ApiVersion, { byKey, without }: Parts): VersionModel {
  const shapes = (prefix: string): ReadonlyMap<string, Shape> =>
    new Map(
      [...byKey].flatMap(([key, draft]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), draft.shape] as const] : [],
      ),
    );
  const then: ShapesThen = {
    resources: shapes("resource "),
    inputs: withoutLibraries(shapes("input "), model),
    outputs: shapes("output "),
  };
  const part = (key: string): PartModel | undefined => {
    const draft = byKey.get(key);
    return draft && draft.steps.length > 0 ? { steps: draft.steps, origins: draft.shape.origins } : undefined;
  };
  const resources = new Map(
    [...model.resources.keys()].flatMap((name) => {
      const found = part(`resource ${name}`);
      return found ? [[name, found] as const] : [];
    }),
  );
  const operations = new Map(
    [...model.operations.keys()].flatMap((name) => {
      const [input, output] = [part(`input ${name}`), part(`output ${name}`)];
      return input || output ? [[name, { input, output }] as const] : [];
    }),
  );
  const version = {
    ...lifeOf(declaration),
    current: false,
    model: undefined as never as AppModel,
    resources,
    operations,
    without: new Set(without),
  };
  version.model = Object.freeze({ ...modelAt(model, then, resources), apiVersion: version });
  return version;
}

/** What a schema library validates has no members that are known here. */
function withoutLibraries(inputs: ReadonlyMap<string, Shape>, model: AppModel): ReadonlyMap<string, Shape> {
  return new Map(
    [...inputs].filter(
      ([name]) => (model.operations.get(name) as CustomOperationModel | undefined)?.input !== undefined,
    ),
  );
}

function lifeOf(
  declaration: ApiVersion,
): Pick<VersionModel, "date" | "declaration" | "deprecatedMs" | "sunsetMs"> {
  const { date, deprecated, sunset } = declaration;
  return { date, declaration, deprecatedMs: midnight(deprecated), sunsetMs: midnight(sunset) };
}

const midnight = (date: string | undefined): number | undefined =>
  date === undefined ? undefined : Date.parse(`${date}T00:00:00Z`);
