import type { Adoption, Finding } from "./adoption.ts";
import { isRole } from "./written-access.ts";

const headings: readonly (readonly [Finding["kind"], string, string])[] = [
  ["left out", "Left out", "The API does not show these. The database keeps them as they are."],
  [
    "kept by the database",
    "Kept by the database",
    "These hold as before, and the declarations do not say them.",
  ],
  ["renamed", "Renamed", "Names in the API that do not follow from those in the database."],
  ["note", "Notes", "Worth knowing."],
];

/** ADOPTED.md: what was done, what could not be said, and what to do next. */
export function printReport({ resources, findings }: Adoption, source: string): string {
  const list = resources.map(
    ({ name, entry, view }) => `- \`${name}\`: ${view ? "view" : "table"} \`${entry.schema}.${entry.name}\``,
  );
  const sections = headings.flatMap(([kind, title, meaning]) => {
    const found = findings.filter((finding) => finding.kind === kind);
    if (found.length === 0) return [];
    const lines = found.map(({ where, what }) => `- \`${where}\`: ${what}`);
    return [`## ${title}\n\n${meaning}\n\n${lines.join("\n")}\n`];
  });
  return `# Adopted from ${source}\n\nWritten by \`keelson adopt\`. ${resources.length} resources:\n\n${list.join("\n")}\n\n${sections.join("\n")}
## Next

1. Read \`resources/\`. Every access rule lets in the role "${isRole.role}" and nobody else; say who may do what.
2. \`npx keelson check\`, then \`npx keelson dev\` with \`DATABASE_URL\` set to this database.
3. Change the declarations and run \`npx keelson migrate create\`: the migrations go on from the baseline, which is
   recorded as applied in this database and builds the schema in an empty one.
4. \`derivedIndexes: false\` keeps Keelson from adding indexes to a table. Where it goes, the next migration adds those
   of references and sorts.
`;
}
