import { errorCatalogue } from "../../base/error.ts";
import type { AppModel } from "../../model/app-model.ts";
import { problemExample } from "../openapi/problem-responses.ts";
import { jsonBlock, markdownTable } from "./markdown.ts";

/** The form of errors and every code that there is: the catalogue's, and those that operations declare. */
export function errorsGuide(model: AppModel): string {
  const { status, title } = errorCatalogue.validation_failed;
  const rows = Object.entries(errorCatalogue).map(([code, row]) => [
    codeCell(code, row.status),
    `${row.title}. ${row.remedy}`,
  ]);
  const own = declared(model);
  const ownTable =
    own.length === 0
      ? ""
      : `\n\n### Errors of single operations\n\n${markdownTable(["code", "meaning"], own)}`;
  return `## Errors

Errors are \`application/problem+json\` (RFC 9457):

${jsonBlock(problemExample(status, "validation_failed", title))}

Programs decide by \`code\`, which is never renamed; \`detail\` is for people. \`errors\` lists what is wrong part by part: \`pointer\` is a JSON Pointer into the body you sent (\`#/lines/0/quantity\`), \`parameter\` and \`header\` name what else it can be. Errors of an operation may have further members.

Repeat later what failed with 503, 504 or a \`Retry-After\` header. Other errors below 500 come again for the same request, as long as nothing changes.

### Error codes

${markdownTable(["code", "meaning, and what to do"], rows)}${ownTable}`;
}

/** Two columns are what the page has room for. */
const codeCell = (code: string, status: number): string => `\`${code}\` ${status}`;

/** A code may be declared by several operations, in words of their own. */
function declared(model: AppModel): readonly (readonly string[])[] {
  const found = new Map<string, { readonly cells: readonly string[]; readonly of: string[] }>();
  for (const operation of model.operations.values()) {
    if (operation.kind !== "custom") continue;
    for (const [code, { status, title }] of operation.errors) {
      const cells = [codeCell(code, status), `${title}.`];
      const key = cells.join("\n");
      const row = found.get(key) ?? { cells, of: [] };
      row.of.push(`\`${operation.name}\``);
      found.set(key, row);
    }
  }
  return [...found.values()].map(({ cells: [code = "", meaning = ""], of }) => [
    code,
    `${meaning} Of ${of.join(", ")}.`,
  ]);
}
