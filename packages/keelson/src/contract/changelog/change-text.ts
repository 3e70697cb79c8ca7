import type { ChangeTarget, VersionChange } from "../../declare/version.ts";

/** A change in one sentence of Markdown: what was declared of it, or else what it is. */
export function changeText(change: VersionChange): string {
  if (change.kind === "behaviourChanged") return change.description;
  if (change.description !== undefined) return change.description;
  const of = targetText(change.target);
  switch (change.kind) {
    case "renamed":
      return `\`${change.from}\` of ${of} is called \`${change.to}\`.`;
    case "moved":
      return `\`${change.from}\` of ${of} is at \`${change.to}\`.`;
    case "split":
      return `\`${change.from}\` of ${of} became ${listed(change.into)}.`;
    case "addedRequired":
      return `\`${change.name}\` of ${of} must be given.`;
    case "removed":
      return `\`${change.name}\` of ${of} is gone.`;
    case "choicesChanged":
      return `\`${change.name}\` of ${of} has other values: ${wordsText(change.up, change.down)}.`;
  }
}

/** What kind of change it is, in a word. */
export const changeTitles: Readonly<Record<VersionChange["kind"], string>> = {
  renamed: "Renamed",
  moved: "Moved",
  split: "Split",
  addedRequired: "Now required",
  removed: "Removed",
  choicesChanged: "Values changed",
  behaviourChanged: "Behaviour",
};

function targetText(target: ChangeTarget): string {
  if (target.type === "resource") return `\`${target.name}\``;
  return target.resource ? `\`${target.resource.name}.${target.name}\`` : `\`${target.name}\``;
}

const listed = (names: readonly string[]): string => {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
};

function wordsText(up: Readonly<Record<string, string>>, down: Readonly<Record<string, string>>): string {
  const gone = Object.entries(up).map(([then, now]) => `\`${then}\` is \`${now}\``);
  const added = Object.keys(down).map((word) => `\`${word}\` is new`);
  return [...gone, ...added].join(", ") || "the same ones in another order";
}
