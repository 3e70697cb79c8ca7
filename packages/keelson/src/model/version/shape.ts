import type { FieldSpec } from "../../declare/field-spec.ts";

/** Members with what they are, and for the top level where the values come from now. */
export interface Shape {
  readonly members: ReadonlyMap<string, FieldSpec>;
  readonly origins: ReadonlyMap<string, readonly string[]>;
}

/** Every member comes from itself. */
export const shapeOf = (members: ReadonlyMap<string, FieldSpec>): Shape => ({
  members,
  origins: new Map([...members.keys()].map((name) => [name, [name]])),
});

/** The member at a path through objects and lists of objects. */
export function memberAt(
  members: ReadonlyMap<string, FieldSpec>,
  path: readonly string[],
): FieldSpec | undefined {
  const [name = "", ...rest] = path;
  const spec = members.get(name);
  if (rest.length === 0 || !spec) return spec;
  return memberAt(membersOf(spec), rest);
}

/** The members of an object, or of the objects in a list. */
function membersOf(spec: FieldSpec): ReadonlyMap<string, FieldSpec> {
  if (spec.kind === "list" && spec.of) return membersOf(spec.of);
  return new Map(Object.entries(spec.members ?? {}));
}

type Members = ReadonlyMap<string, FieldSpec>;

/** The members with those of one object in them changed; an object without members left goes too. */
export function editMembers(
  members: Members,
  parent: readonly string[],
  edit: (members: Members) => Members,
): Members {
  const [name, ...rest] = parent;
  if (name === undefined) return edit(members);
  const before = members.get(name) ?? emptyObject;
  const inner = editMembers(membersOf(before), rest, edit);
  const after = new Map(members);
  if (inner.size === 0) after.delete(name);
  else after.set(name, withMembers(before, inner));
  return after;
}

const emptyObject: FieldSpec = {
  kind: "object",
  optional: true,
  unique: false,
  immutable: false,
  readOnly: false,
  writeOnly: false,
};

function withMembers(spec: FieldSpec, members: Members): FieldSpec {
  if (spec.kind === "list" && spec.of) return { ...spec, of: withMembers(spec.of, members) };
  // Examples and defaults have the names of another version.
  const { example: _example, default: _default, ...rest } = spec;
  return { ...rest, members: Object.fromEntries(members) };
}

/** Puts members in the place of others: at the place of the first of them, or at the end. */
export function replaceMembers(members: Members, names: readonly string[], by: Members): Members {
  const entries: [string, FieldSpec][] = [];
  let placed = names.length === 0;
  for (const [name, spec] of members) {
    if (!names.includes(name)) entries.push([name, spec]);
    else if (!placed) {
      entries.push(...by);
      placed = true;
    }
  }
  return new Map(names.length === 0 ? [...entries, ...by] : entries);
}

/** `lines.product` as its object and its last name. */
export function splitPath(path: string): { readonly parent: readonly string[]; readonly name: string } {
  const segments = path.split(".");
  const name = segments.pop() ?? "";
  return { parent: segments, name };
}
