import type { FieldSpec } from "../../declare/field-spec.ts";
import type { MemberChange } from "./part-model.ts";
import { editMembers, memberAt, replaceMembers, type Shape, splitPath } from "./shape.ts";

/**
 * The members as they were before a change. The change has been checked against the members (`check-change.ts`);
 * undoing another one gives members that mean nothing.
 */
export function undoChange(shape: Shape, change: MemberChange): Shape {
  switch (change.kind) {
    case "renamed":
      return undoRenamed(shape, change.from, change.to);
    case "moved":
      return undoMoved(shape, change.from, change.to);
    case "split":
      return undoSplit(shape, change);
    case "addedRequired":
      return edited(
        shape,
        change.name,
        (members, name) => replaceMembers(members, [name], new Map()),
        () => [],
      );
    case "removed":
      return edited(
        shape,
        change.name,
        (members, name) => replaceMembers(members, [], new Map([[name, change.was.spec]])),
        (name, origins) => [[name, change.from.flatMap((one) => origins.get(one) ?? [])]],
      );
    case "choicesChanged":
      return edited(
        shape,
        change.name,
        (members, name) => {
          const spec = members.get(name);
          return spec ? new Map(members).set(name, withChoices(spec, change)) : members;
        },
        (name, origins) => [[name, origins.get(name) ?? []]],
      );
  }
}

type Origins = Shape["origins"];
type Edit = (members: Shape["members"], name: string) => Shape["members"];

/** Edits one object; at the top level, `own` says where the edited members come from. */
function edited(
  shape: Shape,
  path: string,
  edit: Edit,
  own: (name: string, origins: Origins) => readonly (readonly [string, readonly string[]])[],
): Shape {
  const { parent, name } = splitPath(path);
  const members = editMembers(shape.members, parent, (inner) => edit(inner, name));
  const known =
    parent.length === 0 ? new Map([...shape.origins, ...own(name, shape.origins)]) : shape.origins;
  return { members, origins: onlyOf(known, members) };
}

/** Names that are gone come from nowhere. */
const onlyOf = (origins: Origins, members: Shape["members"]): Origins =>
  new Map([...members.keys()].map((name) => [name, origins.get(name) ?? []]));

function undoRenamed(shape: Shape, from: string, to: string): Shape {
  const old = splitPath(from).name;
  return edited(
    shape,
    to,
    (members, name) => {
      const spec = members.get(name);
      return spec ? replaceMembers(members, [name], new Map([[old, spec]])) : members;
    },
    (name, origins) => [[old, origins.get(name) ?? []]],
  );
}

function undoMoved(shape: Shape, from: string, to: string): Shape {
  const spec = memberAt(shape.members, to.split("."));
  const root = to.split(".")[0] ?? "";
  const origins = shape.origins.get(root) ?? [];
  if (!spec) return shape;
  const without = edited(
    shape,
    to,
    (members, name) => replaceMembers(members, [name], new Map()),
    () => [],
  );
  // A member of an object that may be missing may itself be missing.
  const holder = to.includes(".") ? shape.members.get(root) : undefined;
  const moved = holder?.optional ? { ...spec, optional: true } : spec;
  const { parent, name } = splitPath(from);
  const members = editMembers(without.members, parent, (inner) => new Map(inner).set(name, moved));
  const top = from.split(".")[0] ?? "";
  const all = [...new Set([...(without.origins.get(top) ?? []), ...origins])];
  return { members, origins: onlyOf(new Map(without.origins).set(top, all), members) };
}

function undoSplit(shape: Shape, change: Extract<MemberChange, { kind: "split" }>): Shape {
  const { parent, name } = splitPath(change.from);
  const parts = change.into.map((path) => splitPath(path).name);
  return edited(
    shape,
    [...parent, name].join("."),
    (members) => replaceMembers(members, parts, new Map([[name, { ...change.was.spec, composed: true }]])),
    (_name, origins) => [[name, [...new Set(parts.flatMap((part) => origins.get(part) ?? []))]]],
  );
}

function withChoices(spec: FieldSpec, change: Extract<MemberChange, { kind: "choicesChanged" }>): FieldSpec {
  if (spec.kind === "list" && spec.of) return { ...spec, of: withChoices(spec.of, change) };
  const then = (word: unknown) => change.down[word as string] ?? word;
  return {
    ...spec,
    choices: change.was,
    ...(spec.default?.kind === "value"
      ? { default: { kind: "value", value: then(spec.default.value) } }
      : {}),
    ...(spec.example === undefined ? {} : { example: then(spec.example) }),
  };
}
