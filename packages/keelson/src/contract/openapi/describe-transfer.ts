import type { BuiltIn, CustomOperationModel, ResourceModel } from "../../model/app-model.ts";
import { capitalise } from "../../model/names.ts";
import { closedObject } from "../../model/schema-parts.ts";
import { keysOf } from "../../operation/transfer/check-key.ts";
import { fileMediaTypes } from "../../transfer/file-format.ts";
import type { OpenApiObject } from "./components.ts";
import { inputParameters } from "./describe-custom.ts";
import { type Describing, wordsOf } from "./describing.ts";
import { problemResponses } from "./problem-responses.ts";
import { createRef, membersRef } from "./record-schemas.ts";
import { sharedParameter } from "./request-parameters.ts";
import { headerRefs } from "./response-headers.ts";

const json = "application/json";
const plain = { "application/x-ndjson": { schema: {} }, "text/csv": { schema: {} } } as const;

/** The description of an import, an export, or of what can be asked about operations that go on after the answer. */
export function describeTransfer(
  describing: Describing,
  operation: CustomOperationModel,
  kind: BuiltIn,
): OpenApiObject {
  const description = operation.declaration.description ?? "";
  switch (kind) {
    case "import":
      return { ...named("import", operation), description, ...describeImport(describing, operation) };
    case "export":
      return { ...named("export", operation), description, ...describeExport(describing, operation) };
    case "listOperations":
      return {
        operationId: kind,
        summary: "List operations",
        description,
        ...describeList(describing, operation),
      };
    case "getOperation":
      return {
        operationId: kind,
        summary: "Get an operation",
        description,
        ...describeGet(describing, operation),
      };
    case "cancelOperation":
      return {
        operationId: kind,
        summary: "Cancel an operation",
        description,
        ...describeCancel(describing, operation),
      };
    default:
      return {
        operationId: kind,
        summary:
          kind === "getOperationFile" ? "Download an exported file" : "Download the report of an import",
        description,
        ...describeDownload(describing, kind),
      };
  }
}

const named = (verb: string, { resource }: CustomOperationModel) => ({
  operationId: `${verb}${capitalise(resource?.plural ?? "")}`,
  summary: `${capitalise(verb)} ${wordsOf(resource?.plural ?? "")}`,
});

function describeImport(describing: Describing, operation: CustomOperationModel): OpenApiObject {
  const { components } = describing;
  const { resource, input = new Map() } = operation;
  const row = resource ? createRef(describing, resource) : {};
  const content = fileMediaTypes.map((type) => [
    type,
    type === "text/csv"
      ? { schema: { type: "string", description: "The first row names the columns: `sku`, `price.amount`." } }
      : { schema: { type: "string", description: "A JSON object a line, as in a single request." } },
  ]);
  return {
    parameters: [
      ...inputParameters(input).map((parameter) => (resource ? withNames(parameter, resource) : parameter)),
      sharedParameter(components, "IdempotencyKey"),
    ],
    requestBody: {
      required: true,
      description: "A row is what a single request would send.",
      content: Object.fromEntries(content),
      "x-row-schema": row,
    },
    responses: {
      "202": accepted(describing, operation),
      ...problemResponses(components, [400, 401, 403, 409, 413, 415, 422, 503]),
    },
  };
}

/** Which fields can be meant depends on the resource. */
function withNames(parameter: OpenApiObject, resource: ResourceModel): OpenApiObject {
  const schema = parameter.schema as OpenApiObject;
  if (parameter.name === "ignore") {
    const items = { ...(schema.items as OpenApiObject), enum: [...resource.fields.keys()] };
    return { ...parameter, schema: { ...schema, items, minItems: 1 } };
  }
  if (parameter.name === "key") return { ...parameter, schema: { ...schema, enum: keysOf(resource) } };
  return parameter;
}

function describeExport(describing: Describing, operation: CustomOperationModel): OpenApiObject {
  const { components } = describing;
  const name = `${capitalise(operation.resource?.name ?? "")}Export`;
  const schema = membersRef(describing, name, operation.input ?? new Map(), "create");
  return {
    parameters: [sharedParameter(components, "IdempotencyKey")],
    requestBody: { required: false, content: { [json]: { schema } } },
    responses: {
      "202": accepted(describing, operation),
      ...problemResponses(components, [400, 401, 403, 409, 413, 415, 422, 503]),
    },
  };
}

const operationRef = (describing: Describing, { output }: CustomOperationModel) =>
  membersRef(describing, "Operation", output.kind === "fields" ? output.fields : new Map(), "output");

const accepted = (describing: Describing, operation: CustomOperationModel): OpenApiObject => ({
  description: "Accepted: `Location` is where to ask how it goes.",
  headers: headerRefs(describing.components, [
    "X-Request-Id",
    "Location",
    "Retry-After",
    "Idempotent-Replayed",
  ]),
  content: { [json]: { schema: operationRef(describing, operation) } },
});

const idParameter = {
  name: "id",
  in: "path",
  required: true,
  description: "The operation's id.",
  schema: { type: "string", format: "uuid" },
} as const;

const answered = (
  describing: Describing,
  operation: CustomOperationModel,
  description: string,
  ...more: readonly string[]
): OpenApiObject => ({
  description,
  headers: headerRefs(describing.components, ["X-Request-Id", "Retry-After", ...more]),
  content: { [json]: { schema: operationRef(describing, operation) } },
});

function describeList(describing: Describing, operation: CustomOperationModel): OpenApiObject {
  const schema = closedObject(
    [
      ["data", { type: "array", items: operationRef(describing, operation) }],
      ["nextBefore", { type: ["string", "null"], format: "uuid" }],
    ],
    ["data", "nextBefore"],
  );
  return {
    parameters: [...inputParameters(operation.input ?? new Map())],
    responses: {
      "200": {
        description: "A page.",
        headers: headerRefs(describing.components, ["X-Request-Id"]),
        content: { [json]: { schema } },
      },
      ...problemResponses(describing.components, [400, 401, 503]),
    },
  };
}

const describeGet = (describing: Describing, operation: CustomOperationModel): OpenApiObject => ({
  parameters: [idParameter],
  responses: {
    "200": answered(describing, operation, "The operation, also where it has failed: then `error` says why."),
    ...problemResponses(describing.components, [400, 401, 404, 503]),
  },
});

const describeCancel = (describing: Describing, operation: CustomOperationModel): OpenApiObject => ({
  parameters: [idParameter, sharedParameter(describing.components, "IdempotencyKey")],
  responses: {
    "200": answered(describing, operation, "It has ended, or will at the next rows.", "Idempotent-Replayed"),
    ...problemResponses(describing.components, [400, 401, 404, 409, 422, 503]),
  },
});

function describeDownload({ components }: Describing, kind: BuiltIn): OpenApiObject {
  const isFile = kind === "getOperationFile";
  const content = isFile ? plain : { "application/x-ndjson": { schema: {} } };
  const headers = ["X-Request-Id", "Content-Disposition", ...(isFile ? ["ETag", "Accept-Ranges"] : [])];
  return {
    parameters: [idParameter],
    responses: {
      "200": { description: "The file, streamed.", headers: headerRefs(components, headers), content },
      ...(isFile
        ? {
            "206": {
              description: "The part that `Range` asks for.",
              headers: headerRefs(components, [...headers, "Content-Range"]),
              content,
            },
            "416": {
              description: "The file is shorter.",
              headers: headerRefs(components, ["X-Request-Id", "Content-Range"]),
            },
          }
        : {}),
      ...problemResponses(components, [400, 401, 404, 409, 503]),
    },
  };
}
