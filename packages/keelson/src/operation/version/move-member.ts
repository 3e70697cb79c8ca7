import { isMembers, type Members } from "./members-at.ts";

/** One way of a move. */
interface Move {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** The object that held the member is not there on the other side. */
  readonly emptied: boolean;
  /** No object is made to hold nothing but null. */
  readonly sparing: boolean;
}

/** Takes the member from one object to another, which is made where it is missing. */
export function moveMember(root: Members, { from, to, emptied, sparing }: Move): void {
  const taken = take(root, from, emptied);
  if (taken) put(root, to, taken.value, sparing);
}

/** A holder that is null, and will not be there any more, stands for members that are null. */
function take(
  root: Members,
  path: readonly string[],
  emptied: boolean,
): { readonly value: unknown } | undefined {
  const [name = "", ...rest] = path;
  if (!Object.hasOwn(root, name)) return undefined;
  const held = root[name];
  if (rest.length === 0) {
    delete root[name];
    return { value: held };
  }
  if (held === null && emptied) return { value: null };
  if (!isMembers(held)) return undefined;
  const taken = take(held, rest, emptied);
  if (emptied && Object.keys(held).length === 0) delete root[name];
  return taken;
}

function put(root: Members, path: readonly string[], value: unknown, sparing: boolean): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    root[name] = value;
    return;
  }
  const held = Object.hasOwn(root, name) ? root[name] : undefined;
  // An object of nothing but null is none.
  if (value === null && !isMembers(held) && (held !== undefined || sparing)) return;
  const made: Members = isMembers(held) ? held : {};
  root[name] = made;
  put(made, rest, value, sparing);
}

/** Removes a holder that is null, or empty, when nothing of it is left on the other side. */
export function dropHolder(root: Members, path: readonly string[]): void {
  const [name] = path;
  if (name === undefined || path.length < 2 || !Object.hasOwn(root, name)) return;
  const held = root[name];
  if (held === null || (isMembers(held) && Object.keys(held).length === 0)) delete root[name];
}
