import { failure } from "../../base/error.ts";
import type { FilterNode, FilterValue } from "../../data/plan/selection.ts";
import type { FieldPath } from "../../model/app-model.ts";
import type { MemberChange, VersionStep } from "../../model/version/part-model.ts";

type Compared = Extract<FilterNode, { readonly path: FieldPath }>;

/**
 * A comparison of an older version's field as one of the fields of now: under the new name, with the new words,
 * or of all the parts that the field fell into.
 */
export function upgradeComparison(
  node: Compared,
  steps: readonly VersionStep[],
  pathOf: (field: string) => FieldPath,
): FilterNode {
  let { field } = node.path;
  let current = node;
  for (const [index, { change }] of steps.entries()) {
    if (change.kind === "renamed" && change.from === field) field = change.to;
    else if (change.kind === "choicesChanged" && change.name === field) current = withWords(current, change);
    else if (change.kind === "split" && change.from === field)
      return inParts(current, change, (part, value) =>
        upgradeComparison({ ...value, path: { ...node.path, field: part } }, steps.slice(index + 1), pathOf),
      );
  }
  return { ...current, path: pathOf(field) };
}

type Choices = Extract<MemberChange, { kind: "choicesChanged" }>;

/** An old word stands for every word of now that is shown as it. */
function withWords(node: Compared, change: Choices): Compared {
  if (node.op === "eq" || node.op === "ne") {
    const words = wordsNow(change, node.value);
    const [only] = words;
    if (words.length === 1 && only !== undefined) return { ...node, value: only };
    return { op: node.op === "eq" ? "in" : "nin", path: node.path, values: words };
  }
  if (node.op === "in" || node.op === "nin")
    return { ...node, values: [...new Set(node.values.flatMap((value) => wordsNow(change, value)))] };
  return node;
}

function wordsNow({ up, down }: Choices, then: FilterValue): readonly FilterValue[] {
  const word = String(then);
  const own = Object.hasOwn(up, word) ? (up[word] ?? word) : word;
  const others = Object.keys(down).filter((now) => down[now] === word);
  return [...new Set([own, ...others])];
}

type Split = Extract<MemberChange, { kind: "split" }>;
type Part = Exclude<Compared, { op: "in" | "nin" }> | Extract<Compared, { op: "in" | "nin" }>;

function inParts(
  node: Compared,
  change: Split,
  compare: (part: string, value: Part) => FilterNode,
): FilterNode {
  const equal = (value: FilterValue): FilterNode => {
    const parts = Object.entries(change.up(value as never));
    return {
      op: "and",
      args: parts.map(([name, part]) =>
        part === null
          ? compare(name, { op: "isNull", path: node.path, value: true })
          : compare(name, { op: "eq", path: node.path, value: part as FilterValue }),
      ),
    };
  };
  const missing = (value: boolean): FilterNode => ({
    op: value ? "and" : "or",
    args: change.into.map((name) => compare(name, { op: "isNull", path: node.path, value })),
  });
  const unlike = (equals: FilterNode): FilterNode => ({
    op: "and",
    args: [{ op: "not", arg: equals }, missing(false)],
  });
  switch (node.op) {
    case "eq":
      return equal(node.value);
    case "ne":
      return unlike(equal(node.value));
    case "in":
      return { op: "or", args: node.values.map(equal) };
    case "nin":
      return unlike({ op: "or", args: node.values.map(equal) });
    case "isNull":
      return missing(node.value);
    default:
      throw failure("invalid_parameter", {
        detail: `"${node.path.text}" can be compared only by eq, ne, in, nin and isNull in this version: it is kept in parts now.`,
      });
  }
}
