import type { MemberChange, VersionStep } from "../../model/version/part-model.ts";
import { splitPath } from "../../model/version/shape.ts";
import { forEachAt, type Members, renameMember, replaceMember } from "./members-at.ts";
import { dropHolder, moveMember } from "./move-member.ts";

/** What comes in: a complete value, or a merge patch, in which everything may be missing. */
export type InputSide = "create" | "patch";

/** Changes input of the version before a step into input of the version after it. */
export function stepUp(root: Members, step: VersionStep, side: InputSide): void {
  const { change } = step;
  if (change.kind === "moved") {
    const [from, to] = [change.from.split("."), change.to.split(".")];
    // A new record without the member need not have the object; in a patch, null says that the member goes.
    moveMember(root, { from, to, emptied: step.fromEmptied, sparing: side === "create" });
    if (step.fromEmptied) dropHolder(root, change.from.split("."));
    return;
  }
  const { parent, name } = splitPath(nameBefore(change));
  forEachAt(root, parent, (members, inList) => up(members, name, change, inList ? "create" : side));
}

/** Changes an answer of the version after a step into an answer of the version before it. */
export function stepDown(root: Members, step: VersionStep): void {
  const { change } = step;
  if (change.kind === "moved") {
    const [from, to] = [change.to.split("."), change.from.split(".")];
    moveMember(root, { from, to, emptied: step.toEmptied, sparing: false });
    if (step.toEmptied) dropHolder(root, change.to.split("."));
    return;
  }
  const { parent, name } = splitPath(change.kind === "renamed" ? change.to : nameBefore(change));
  forEachAt(root, parent, (members) => down(members, name, change));
}

const nameBefore = (change: Exclude<MemberChange, { kind: "moved" }>): string =>
  change.kind === "renamed" || change.kind === "split" ? change.from : change.name;

type Unmoved = Exclude<MemberChange, { kind: "moved" }>;

function up(members: Members, name: string, change: Unmoved, side: InputSide): void {
  switch (change.kind) {
    case "renamed":
      renameMember(members, name, splitPath(change.to).name);
      return;
    case "split":
      if (Object.hasOwn(members, name)) replaceMember(members, [name], partsOf(change, members[name]));
      return;
    case "addedRequired":
      if (side === "create" && !Object.hasOwn(members, name)) members[name] = given(change.value, members);
      return;
    case "removed":
      delete members[name];
      return;
    case "choicesChanged":
      if (Object.hasOwn(members, name)) members[name] = mapWords(members[name], change.up);
  }
}

type Split = Extract<MemberChange, { kind: "split" }>;

const lastNames = ({ into }: Split): readonly string[] => into.map((path) => splitPath(path).name);

/** What is missing is missing in all its parts. */
function partsOf(change: Split, value: unknown): Members {
  if (value === null) return Object.fromEntries(lastNames(change).map((part) => [part, null]));
  return { ...change.up(value as never) };
}

function down(members: Members, name: string, change: Unmoved): void {
  switch (change.kind) {
    case "renamed":
      renameMember(members, name, splitPath(change.from).name);
      return;
    case "split": {
      const names = lastNames(change);
      if (!names.some((part) => Object.hasOwn(members, part))) return;
      const parts = Object.fromEntries(names.map((part) => [part, members[part] ?? null]));
      const missing = names.every((part) => parts[part] === null);
      replaceMember(members, names, { [name]: missing ? null : change.down(parts as never) });
      return;
    }
    case "addedRequired":
      delete members[name];
      return;
    case "removed":
      members[name] = given(change.value, members);
      return;
    case "choicesChanged":
      if (Object.hasOwn(members, name)) members[name] = mapWords(members[name], change.down);
  }
}

const given = (value: unknown, members: Members): unknown =>
  typeof value === "function"
    ? (value as (from: Readonly<Members>) => unknown)(Object.freeze({ ...members }))
    : structuredClone(value);

function mapWords(value: unknown, words: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((one) => mapWords(one, words));
  return typeof value === "string" && Object.hasOwn(words, value) ? words[value] : value;
}
