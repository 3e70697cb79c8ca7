import type { AppModel } from "../../model/app-model.ts";
import { patchExample } from "../openapi/example-value.ts";
import { collectionPath } from "../rest-routes.ts";
import { codeBlock, curl } from "./markdown.ts";

/** Versions, patches and preferences; empty where nothing can be changed. */
export function changesGuide(model: AppModel): string {
  const resources = [...model.resources.values()];
  const writes = [...model.operations.values()].some(
    ({ effect, kind }) => effect === "write" || kind === "create",
  );
  if (!writes) return "";
  const changed = resources.find(({ operations }) => operations.has("update"));
  const example = changed
    ? `\n\n${codeBlock(
        "sh",
        `${curl(`${collectionPath(changed)}/$ID`, "-X PATCH")} \\
  -H 'If-Match: "3"' -H "Content-Type: application/merge-patch+json" \\
  -d '${JSON.stringify(patchExample(changed)).replaceAll("'", "'\\''")}'`,
      )}`
    : "";
  const strict = resources.filter(({ requireIfMatch }) => requireIfMatch);
  const demanded =
    strict.length === 0
      ? ""
      : ` Changes of ${strict.map(({ plural }) => `\`${plural}\``).join(", ")} must name a version: without one they are 428.`;
  const batch = [...model.operations.values()].find(({ kind }) => kind === "batch");
  const many = batch?.resource
    ? `\n\nSeveral writes go in one request: \`POST ${collectionPath(batch.resource)}/batch\` takes \`{ "items": [{ "operation": "…", … }] }\` and does all of them or none; with \`?atomic=false\` each for itself, and the answer (207) says how each fared.`
    : "";
  return `## Changes and versions

Every answer that is one record has its version as \`ETag: "3"\`. Send it back with a change as \`If-Match: "3"\`, and the change is made only if the record still has that version; otherwise it is 412 \`precondition_failed\`: read the record again and decide anew. That way nobody overwrites what they have not seen.${demanded} \`If-None-Match\` with a read answers 304 while your copy is still good.

\`PATCH\` takes a merge patch (RFC 7396): members that you leave out stay, \`null\` removes a value, lists and money are replaced whole.${example}

Everything that is wrong with an input is told at once. With \`Prefer: return=minimal\` the answer to a change leaves the record out.${many}`;
}
