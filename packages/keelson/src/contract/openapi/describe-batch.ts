import type { JsonSchema } from "../../declare/field-spec.ts";
import type { BatchOperationModel, ResourceModel, WriteKind } from "../../model/app-model.ts";
import { capitalise } from "../../model/names.ts";
import { closedObject } from "../../model/schema-parts.ts";
import { idSchema } from "../../model/value-schema.ts";
import type { ComponentRef, OpenApiObject } from "./components.ts";
import { type Describing, withArticle, wordsOf } from "./describing.ts";
import { createExample, exampleId, patchExample, recordExample } from "./example-value.ts";
import { problemExample, problemRef, problemResponses } from "./problem-responses.ts";
import { answerParameters } from "./read-parameters.ts";
import { createRef, recordRef, updateRef } from "./record-schemas.ts";
import { sharedParameter } from "./request-parameters.ts";
import { headerRefs } from "./response-headers.ts";

const json = "application/json";

/** The description of a batch: several writes of one resource in one request. */
export function describeBatch(describing: Describing, operation: BatchOperationModel): OpenApiObject {
  const { components } = describing;
  const { resource, writes } = operation;
  const words = wordsOf(resource.plural);
  const refusable = [...writes.keys()].some((kind) => resource.access[kind].op !== "always");
  const answer = (description: string): OpenApiObject => ({
    description,
    headers: headerRefs(components, ["X-Request-Id", "Preference-Applied", "Idempotent-Replayed"]),
    content: { [json]: { schema: answerRef(describing, operation) } },
  });
  return {
    operationId: `batch${capitalise(resource.plural)}`,
    summary: `Write several ${words}`,
    description: `Does up to ${operation.maxItems} writes in one request, each under the rules of the single one, and answers what became of each in the same order. Unless \`atomic=false\`, one that fails undoes all: the answer is then its error, with pointers such as \`#/items/3/data/…\`. No record may be named twice.`,
    parameters: [
      sharedParameter(components, "Atomic"),
      ...answerParameters(describing, resource),
      sharedParameter(components, "IdempotencyKey"),
      sharedParameter(components, "Prefer"),
    ],
    requestBody: { required: true, content: { [json]: { schema: batchRef(describing, operation) } } },
    responses: {
      "200": answer("Everything was done."),
      "207": answer("With `atomic=false`: what became of each item, whether all, some or none were done."),
      ...problemResponses(components, [
        400,
        401,
        ...(refusable ? [403] : []),
        ...(writes.size === 1 && writes.has("create") ? [] : [404, 412]),
        409,
        413,
        415,
        422,
        ...(resource.requireIfMatch ? [428] : []),
        503,
      ]),
    },
  };
}

function batchRef(describing: Describing, { resource, writes, maxItems }: BatchOperationModel): ComponentRef {
  const kinds = [...writes.keys()];
  const items = kinds.map((kind) => itemRef(describing, resource, kind));
  const examples = kinds.flatMap((kind) => itemExample(resource, kind) ?? []);
  return describing.components.ref("schemas", `${capitalise(resource.name)}Batch`, () => ({
    ...closedObject([["items", { type: "array", items: oneOf(items), minItems: 1, maxItems }]], ["items"]),
    description: `Writes of ${wordsOf(resource.plural)}, done in this order.`,
    ...(examples.length === kinds.length ? { examples: [{ items: examples }] } : {}),
  }));
}

/** A choice of one is no choice. */
const oneOf = (schemas: readonly ComponentRef[]): JsonSchema | ComponentRef =>
  schemas.length === 1 && schemas[0] ? schemas[0] : { oneOf: schemas };

/** One kind of item; `operation` tells them apart. */
function itemRef(describing: Describing, resource: ResourceModel, kind: WriteKind): ComponentRef {
  return describing.components.ref("schemas", `${capitalise(resource.name)}Batch${capitalise(kind)}`, () => {
    const members = membersOf(describing, resource, kind);
    const required = members.map(([name]) => name);
    return {
      ...closedObject(
        [["operation", { type: "string", const: kind }], ...members],
        ["operation", ...required.filter((name) => name !== "ifMatch" || resource.requireIfMatch)],
      ),
      description: `${verbs[kind]} ${withArticle(resource.name)}.`,
    };
  });
}

type Members = readonly (readonly [string, JsonSchema])[];

function membersOf(describing: Describing, resource: ResourceModel, kind: WriteKind): Members {
  const key = resource.fields.get("id")?.spec.key;
  const target: Members = [
    ["id", idSchema(key, { side: "output", trusted: false, embed: () => ({}) })],
    ["ifMatch", ifMatch],
  ];
  switch (kind) {
    case "create":
      return [["data", { ...createRef(describing, resource) }]];
    case "update":
      return [...target, ["data", { ...updateRef(describing, resource) }]];
    case "delete":
      return target;
  }
}

const verbs: Readonly<Record<WriteKind, string>> = {
  create: "Creates",
  update: "Changes",
  delete: "Deletes",
};

const ifMatch: JsonSchema = {
  type: ["integer", "string"],
  minimum: 0,
  pattern: '^(?:\\*|"?(?:0|[1-9][0-9]{0,8}|[1-3][0-9]{9})(?:-[A-Za-z0-9_-]{16})?"?)$',
  description: "The version that the record must have, as its number or as the entity tag; otherwise 412.",
};

function itemExample(resource: ResourceModel, kind: WriteKind): OpenApiObject | undefined {
  const version = resource.requireIfMatch ? { ifMatch: 3 } : {};
  if (kind === "delete") return { operation: kind, id: exampleId(resource), ...version };
  if (kind === "update")
    return { operation: kind, id: exampleId(resource), ifMatch: 3, data: patchExample(resource) };
  const data = createExample(resource);
  return data && { operation: kind, data };
}

function answerRef(describing: Describing, { resource, maxItems }: BatchOperationModel): ComponentRef {
  return describing.components.ref("schemas", `${capitalise(resource.name)}BatchAnswer`, () => ({
    ...closedObject(
      [
        [
          "items",
          {
            type: "array",
            minItems: 1,
            maxItems,
            items: closedObject(
              [
                [
                  "status",
                  {
                    type: "integer",
                    description: "As the single request would be answered: 200, 201, 204, or an error's.",
                  },
                ],
                ["id", { type: "string", description: "The record's id; of a refused item, what was sent." }],
                ["etag", { type: "string", description: "The version, as in the header `ETag`." }],
                ["data", { ...recordRef(describing, resource) }],
                ["problem", { ...problemRef(describing.components) }],
              ],
              ["status"],
            ),
          },
        ],
      ],
      ["items"],
    ),
    description: "What became of each item, in the order of the request.",
    ...answerExample(resource),
  }));
}

function answerExample(resource: ResourceModel): OpenApiObject {
  const data = recordExample(resource);
  if (data === undefined) return {};
  const problem = problemExample(404, "not_found", "Not found");
  return {
    examples: [
      {
        items: [
          { status: 200, id: exampleId(resource), etag: '"4"', data },
          { status: 404, id: exampleId(resource), problem },
        ],
      },
    ],
  };
}
