import type { BehaviourChange } from "./behaviour.ts";
import type { Field } from "./field.ts";
import type { CustomOperation } from "./operation.ts";
import type { AnyResource } from "./resource.ts";

/** What a change is about: the fields of a resource, or the input and output of a command or query. */
export type ChangeTarget = AnyResource | CustomOperation;

/** Which part of a command or query; a change without it concerns the parts that have the member. */
export type ChangeSide = "input" | "output";

/** What every change may say. */
export interface ChangeOptions {
  /** For the changelog, in Markdown; without it, what the change is says itself. */
  readonly description?: string;
  /** For a command or query: only its input, or only its output. @defaultValue wherever the member is */
  readonly on?: ChangeSide;
}

/**
 * Names of a target's members as they are now, for completion; names of then are texts like any other, which `{}`
 * keeps apart from them.
 */
export type MemberName<T extends ChangeTarget> =
  | (T extends { readonly fields: infer F } ? Extract<keyof F, string> : never)
  | (string & {});

interface Change extends ChangeOptions {
  readonly type: "change";
  readonly target: ChangeTarget;
}

/** @see renamed */
export interface RenamedChange extends Change {
  readonly kind: "renamed";
  readonly from: string;
  readonly to: string;
}
/** @see moved */
export interface MovedChange extends Change {
  readonly kind: "moved";
  readonly from: string;
  readonly to: string;
}
/** @see split */
export interface SplitChange extends Change {
  readonly kind: "split";
  readonly from: string;
  readonly into: readonly string[];
  readonly was: Field;
  readonly up: (value: never) => Readonly<Record<string, unknown>>;
  readonly down: (parts: never) => unknown;
  readonly examples: readonly unknown[];
}
/** @see addedRequired */
export interface AddedRequiredChange extends Change {
  readonly kind: "addedRequired";
  readonly name: string;
  readonly value: unknown;
}
/** @see removed */
export interface RemovedChange extends Change {
  readonly kind: "removed";
  readonly name: string;
  readonly was: Field;
  readonly value: unknown;
  readonly from: readonly string[];
  readonly loses: string | undefined;
}
/** @see choicesChanged */
export interface ChoicesChange extends Change {
  readonly kind: "choicesChanged";
  readonly name: string;
  readonly was: readonly string[];
  readonly up: Readonly<Record<string, string>>;
  readonly down: Readonly<Record<string, string>>;
}

/** One difference between a version and the one before it, as data and pure functions. */
export type VersionChange =
  | RenamedChange
  | MovedChange
  | SplitChange
  | AddedRequiredChange
  | RemovedChange
  | ChoicesChange
  | BehaviourChange;

/** How long a version lives. Dates are days, `YYYY-MM-DD`, and begin at midnight UTC. */
export interface VersionOptions {
  /** What is new, for people, in Markdown: the beginning of its changelog. */
  readonly description?: string;
  /** From when on it should not be used any more (RFC 9745). */
  readonly deprecated?: string;
  /** From when on it is answered with 410 (RFC 8594); not before `deprecated`. */
  readonly sunset?: string;
  /** Where people read how to go on: http or https, or a path of this API. @defaultValue its page in `/docs` */
  readonly link?: string;
}

/** A dated version of the API: what changed with it. */
export interface ApiVersion extends VersionOptions {
  readonly type: "version";
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly changes: readonly VersionChange[];
}

/**
 * Declares a version of the API: the day from which on it can be asked for, and how it differs from the version
 * before it. The newest is what the model says; older ones are served through the changes of all that came after.
 *
 * @param date - `YYYY-MM-DD`
 * @param changes - against the version before; none for the first one
 */
export function version(
  date: string,
  changes: readonly VersionChange[],
  options: VersionOptions = {},
): ApiVersion {
  return Object.freeze({ ...options, type: "version" as const, date, changes: Object.freeze([...changes]) });
}

const change = <C extends VersionChange>(value: C): C => Object.freeze(value);

/**
 * A member has another name: `renamed(customer, "fullName", "name")`. The last segment of a path through objects
 * and lists changes: `renamed(placeOrder, "lines.item", "lines.product")`.
 */
export const renamed = <T extends ChangeTarget>(
  target: T,
  from: string,
  to: MemberName<T>,
  options: ChangeOptions = {},
): RenamedChange => change({ ...options, type: "change", kind: "renamed", target, from, to });

/** A member stands in another object: `moved(customer, "city", "address.city")`. Paths go through objects only. */
export const moved = <T extends ChangeTarget>(
  target: T,
  from: string,
  to: MemberName<T>,
  options: ChangeOptions = {},
): MovedChange => change({ ...options, type: "change", kind: "moved", target, from, to });

/** The last segment of a path. */
export type LastName<Path extends string> = Path extends `${string}.${infer Rest}` ? LastName<Rest> : Path;

/** How a value falls into parts, and how the parts make it up. Both are pure and never fail for valid values. */
export interface SplitOptions<Was, Parts> extends ChangeOptions {
  /** The field as it was. */
  readonly was: Field<Was>;
  /** The parts of an old value, by the last segments of their paths; all of them. */
  readonly up: (value: Was) => Parts;
  /** The old value of parts, of which some may be null where they may be missing. */
  readonly down: (parts: Parts) => Was;
  /** Old values to try it with when the model is loaded: `down(up(value))` must be the value. */
  readonly examples: readonly [Was, ...Was[]];
}

/** One member became several: `split(customer, "name", ["firstName", "lastName"], { was, up, down, examples })`. */
export const split = <
  T extends ChangeTarget,
  const N extends string,
  Was,
  Parts extends { readonly [K in LastName<N>]: unknown },
>(
  target: T,
  from: string,
  into: readonly [N, N, ...N[]],
  options: SplitOptions<Was, Parts>,
): SplitChange =>
  change({
    ...options,
    type: "change",
    kind: "split",
    target,
    from,
    into: Object.freeze([...into]),
  } as SplitChange);

/** What stands for a member that callers of older versions do not know. */
export interface AddedRequiredOptions extends ChangeOptions {
  /** A JSON value, or a pure function of the input without it. */
  readonly value: JsonValue | ((input: Readonly<Record<string, unknown>>) => unknown);
}

/** A JSON value; members of objects are not looked at. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly unknown[]
  | { readonly [member: string]: unknown };

/** A member must be given now: older callers get it filled in, and do not see it. */
export const addedRequired = <T extends ChangeTarget>(
  target: T,
  name: MemberName<T>,
  options: AddedRequiredOptions,
): AddedRequiredChange => change({ ...options, type: "change", kind: "addedRequired", target, name });

/** What older callers still see of a member that is gone. */
export interface RemovedOptions extends ChangeOptions {
  /** The field as it was. */
  readonly was: Field;
  /** A JSON value, or a pure function of the members in `from`. @defaultValue null */
  readonly value?: JsonValue | ((members: Readonly<Record<string, unknown>>) => unknown);
  /** Members, by their new names, that `value` is computed from. */
  readonly from?: readonly string[];
  /** Why what older callers write there may be dropped; required where they could write it. */
  readonly loses?: string;
}

/** A member is gone. Older callers see `value` in its place; what they write there is dropped. */
export const removed = <T extends ChangeTarget>(
  target: T,
  name: string,
  { was, value = null, from = [], loses, ...options }: RemovedOptions,
): RemovedChange =>
  change({ ...options, type: "change", kind: "removed", target, name, was, value, from, loses });

/** The words of then, and what becomes of those that are not there on the other side. */
export interface ChoicesChangedOptions extends ChangeOptions {
  /** All words as they were. */
  readonly was: readonly [string, ...string[]];
  /** Words that are gone, with the one that stands for each now. */
  readonly up?: Readonly<Record<string, string>>;
  /** New words, with the old one that older callers see instead. */
  readonly down?: Readonly<Record<string, string>>;
}

/** The words of a choice changed. In filters, an old word stands for every new one that is shown as it. */
export const choicesChanged = <T extends ChangeTarget>(
  target: T,
  name: MemberName<T>,
  { up = {}, down = {}, ...options }: ChoicesChangedOptions,
): ChoicesChange => change({ ...options, type: "change", kind: "choicesChanged", target, name, up, down });

/**
 * Handlers behave in another way from this version on. They ask `behaves(change)`, which is true for callers of
 * this version and newer ones, and for everything inside of the back end.
 *
 * @param name - for people and logs
 */
export const behaviourChanged = (name: string, description: string): BehaviourChange =>
  change({ type: "change", kind: "behaviourChanged", name, description });
