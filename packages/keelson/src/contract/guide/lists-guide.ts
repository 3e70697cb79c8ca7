import type { AppModel, ResourceModel } from "../../model/app-model.ts";
import { maxSortKeys } from "../../model/sort-key.ts";
import { maxFilterLeaves, maxFilterValues } from "../../operation/build-filter.ts";
import { operatorsOf } from "../../operation/filter-operators.ts";
import { maxExpandDepth, maxExpandedRelations } from "../../operation/select-nodes.ts";
import { wordsOf } from "../openapi/describing.ts";
import { operatorMeanings, specAt } from "../openapi/filter-parameters.ts";
import { exampleBody, exampleParameters, exampleQuery } from "../openapi/query-example.ts";
import { collectionPath } from "../rest-routes.ts";
import { codeBlock, curl, indentedJson, jsonBlock, markdownTable } from "./markdown.ts";
import { sampleList } from "./sample-list.ts";

/** Pages, filters, QUERY, and what of a record is shown; empty where nothing can be listed. */
export function listsGuide(model: AppModel): string {
  const resource = sampleList(model);
  if (!resource) return "";
  return [pages(resource), filters(model, resource), query(model, resource), shown(model)].join("\n\n");
}

function pages(resource: ResourceModel): string {
  const path = collectionPath(resource);
  const page = { data: ["…"], nextCursor: "PgiZcU.WzEsMSwx…" };
  return `## Lists and cursors

A list answers one page, and where the next one begins:

${jsonBlock(page)}

Give \`nextCursor\` back as \`cursor\`, with the same filter and sort, until it is \`null\`; or follow the header \`Link: <…>; rel="next"\`. A page may be shorter than \`limit\` and still not be the last.

${codeBlock("sh", `${curl(`${path}?limit=50`)}\n${curl(`${path}?limit=50&cursor=$NEXT_CURSOR`)}`)}

A cursor is a position, not a page number: what is inserted or deleted meanwhile makes nothing repeat or go missing, and the last page costs what the first one costs. It is opaque, good for three days, and grants nothing. One that does not fit is \`invalid_cursor\`: begin again without it.

\`sort\` names up to ${maxSortKeys} fields, \`-\` before a name is for descending; the id breaks ties.`;
}

function filters(model: AppModel, resource: ResourceModel): string {
  const used = new Set(
    resource.list.filter.flatMap((path) => {
      const spec = specAt(model, resource, path);
      return spec ? operatorsOf(spec, path.part) : [];
    }),
  );
  const rows = Object.entries(operatorMeanings).filter(([operator]) =>
    [...used].some((one) => one === operator),
  );
  const text = exampleParameters(exampleQuery(model, resource));
  return `## Filters

Every other parameter of a list is a filter: \`field=value\`, or \`field[operator]=value\`. All of them must hold.

${codeBlock("sh", curl(`${collectionPath(resource)}?${text}`, "-g"))}

${
  rows.length === 0
    ? ""
    : `${markdownTable(
        ["operator", "the field"],
        rows.map(([operator, meaning]) => [`\`${operator}\``, meaning]),
      )}\n\n`
}At most ${maxFilterLeaves} comparisons, and ${maxFilterValues} values in \`in\` and \`nin\`, which are separated by commas. Only the fields that an operation lists can be filtered by; an unknown name is an error that suggests the nearest one.`;
}

function query(model: AppModel, resource: ResourceModel): string {
  const body = indentedJson(exampleBody(exampleQuery(model, resource)));
  const path = collectionPath(resource);
  const send = (method: string, to: string) =>
    `${curl(to, `-X ${method}`)} \\\n  -H "Content-Type: application/json" \\\n  -d '${body.replaceAll("'", "'\\''")}'`;
  return `## QUERY

What a URL cannot say goes into a body: \`or\`, \`not\`, nested filters, long lists of values. \`QUERY\` (RFC 10008) is the method for it: like \`GET\` it only reads and may be repeated, like \`POST\` it has a body.

${codeBlock("sh", send("QUERY", path))}

It finds ${wordsOf(resource.plural)} for which any part of \`or\` holds. The body takes \`filter\`, \`sort\`, \`fields\`, \`expand\`, \`limit\` and \`cursor\`, with JSON types for values; for the next page send it again with \`"cursor"\`. Clients and proxies that do not know the method use \`POST\` at \`${path}/query\`, which answers the same.`;
}

function shown(model: AppModel): string {
  const names = [...model.resources.values()].flatMap((resource) =>
    [...resource.fields.values()].filter((field) => field.relation).map((field) => ({ resource, field })),
  );
  const [sample] = names.filter(({ resource }) => resource.operations.has("list"));
  if (!sample)
    return "## Choosing fields\n\n`fields` names what to answer with, separated by commas, instead of everything.";
  const url = `${collectionPath(sample.resource)}?fields=id&expand=${sample.field.name}`;
  return `## Choosing fields and embedding

\`fields\` names what to answer with, separated by commas, instead of everything. \`expand\` embeds related records in the same answer, by path and under their own access rules: up to ${maxExpandedRelations} relations, ${maxExpandDepth} levels deep. A relation to many records shows the first ones, and \`hasMore\` tells whether there are others.

${codeBlock("sh", curl(url))}

Both also shape the answers of single records and of changes.`;
}
