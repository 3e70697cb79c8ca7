import type { AppModel, VersionModel } from "../../model/app-model.ts";
import { changeText, changeTitles } from "./change-text.ts";

/**
 * What changed from version to version, for people: Markdown, the newest first. Empty where no versions are declared.
 *
 * @param level - of the headings of versions
 */
export function changelogOf({ versions }: AppModel, level = 2): string {
  if (!versions) return "";
  return [...versions.known.values()]
    .toReversed()
    .map((version) => sectionOf(version, "#".repeat(level)))
    .join("\n\n");
}

function sectionOf({ declaration, current }: VersionModel, heading: string): string {
  const { date, description, changes } = declaration;
  const changed = changes.map((change) => `- **${changeTitles[change.kind]}:** ${changeText(change)}`);
  const parts = [
    `${heading} ${date}${current ? " (newest)" : ""}`,
    ...lifeOf(declaration),
    ...(description === undefined ? [] : [description]),
    changed.length > 0 ? changed.join("\n") : description === undefined ? "The first version." : "",
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function lifeOf({ deprecated, sunset, link }: VersionModel["declaration"]): readonly string[] {
  if (deprecated === undefined) return [];
  const end = sunset === undefined ? "" : `, and answered with 410 from ${sunset} on`;
  const more = link === undefined ? "" : ` [How to go on](${link}).`;
  return [`Deprecated from ${deprecated} on${end}.${more}`];
}
