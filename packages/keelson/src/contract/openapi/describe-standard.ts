import type { Expr } from "../../declare/expression.ts";
import type { ResourceModel, StandardOperationModel } from "../../model/app-model.ts";
import { capitalise } from "../../model/names.ts";
import { closedObject } from "../../model/schema-parts.ts";
import type { RestRoute } from "../rest-routes.ts";
import type { ComponentRef, OpenApiObject } from "./components.ts";
import { type Describing, withArticle, wordsOf } from "./describing.ts";
import { filterParameters, filterRef } from "./filter-parameters.ts";
import { problemResponses } from "./problem-responses.ts";
import { exampleBody, exampleQuery } from "./query-example.ts";
import {
  answerParameters,
  expandSchema,
  fieldsSchema,
  limitParameter,
  limitSchema,
  sortParameter,
  sortSchema,
} from "./read-parameters.ts";
import { createRef, pageRef, recordRef, updateRef } from "./record-schemas.ts";
import { idParameter, sharedParameter } from "./request-parameters.ts";
import { headerRefs } from "./response-headers.ts";

const json = "application/json";

/** The description of a standard operation at one of its routes. */
export function describeStandard(
  describing: Describing,
  operation: StandardOperationModel,
  route: RestRoute,
): OpenApiObject {
  switch (operation.kind) {
    case "list":
      return route.method === "GET"
        ? describeList(describing, operation.resource)
        : describeQuery(describing, operation.resource, route);
    case "get":
      return describeGet(describing, operation.resource);
    case "create":
      return describeCreate(describing, operation.resource);
    case "update":
      return describeUpdate(describing, operation.resource);
    case "delete":
      return describeDelete(describing, operation.resource);
  }
}

/** The rule that decides about an operation before any row is seen. */
export function ruleOf({ anonymous }: Describing, operation: StandardOperationModel): Expr {
  const { kind, resource } = operation;
  return anonymous.rule(resource, kind === "list" || kind === "get" ? "read" : kind);
}

const plural = (resource: ResourceModel): string => capitalise(resource.plural);

/** Rules of everyone refuse nobody. */
const forbidden = (rule: Expr): readonly number[] => (rule.op === "always" ? [] : [403]);

function describeList(describing: Describing, resource: ResourceModel): OpenApiObject {
  const { components } = describing;
  return {
    operationId: `list${plural(resource)}`,
    summary: `List ${wordsOf(resource.plural)}`,
    description: `Answers a page of the ${wordsOf(resource.plural)} that the caller may read. Follow \`nextCursor\`, or the \`Link\` header, until it is null.`,
    parameters: [
      limitParameter(resource),
      sharedParameter(components, "Cursor"),
      sortParameter(resource),
      ...answerParameters(describing, resource),
      ...filterParameters(describing, resource),
    ],
    responses: {
      "200": {
        description: "A page.",
        headers: headerRefs(components, [
          "X-Request-Id",
          "Link",
          ...(isKept(describing, resource, "list") ? ["ETag", ...keptHeaders] : []),
        ]),
        content: { [json]: { schema: pageRef(describing, resource) } },
      },
      ...(isKept(describing, resource, "list") ? { "304": notModified(describing, true) } : {}),
      ...problemResponses(components, [400, 401, ...forbidden(resource.access.read), 503]),
    },
  };
}

function describeQuery(
  describing: Describing,
  resource: ResourceModel,
  { method }: RestRoute,
): OpenApiObject {
  const { components } = describing;
  const kept = isKept(describing, resource, "list");
  const twin = method === "QUERY" ? "" : " `QUERY` on the collection (RFC 10008) takes the same body.";
  return {
    operationId: `query${plural(resource)}`,
    summary: `Query ${wordsOf(resource.plural)}`,
    description: `The same as listing, with the query in the body: filters nest, and nothing is too long.${twin}`,
    "x-query-method": true,
    requestBody: { required: true, content: { [json]: { schema: queryRef(describing, resource) } } },
    responses: {
      "200": {
        description: "A page.",
        headers: headerRefs(components, ["X-Request-Id", ...(kept ? ["ETag", ...keptHeaders] : [])]),
        content: { [json]: { schema: pageRef(describing, resource) } },
      },
      // To QUERY, which is safe: it asks again with `If-None-Match`.
      ...(kept ? { "304": notModified(describing, true) } : {}),
      ...problemResponses(components, [400, 401, ...forbidden(resource.access.read), 413, 415, 422, 503]),
    },
  };
}

function queryRef(describing: Describing, resource: ResourceModel): ComponentRef {
  const filter = filterRef(describing, resource);
  const expand = expandSchema(describing, resource);
  return describing.components.ref("schemas", `${capitalise(resource.name)}Query`, () => ({
    ...closedObject(
      [
        ...(filter ? [["filter", { ...filter }] as const] : []),
        ["sort", sortSchema(resource)],
        ["fields", fieldsSchema(describing, resource)],
        ...(hasRelations(expand) ? [["expand", expand] as const] : []),
        ["limit", limitSchema(resource)],
        ["cursor", { type: "string" }],
      ],
      [],
    ),
    description: `Which ${wordsOf(resource.plural)} to list, and what of them.`,
    examples: [exampleBody(exampleQuery(describing.model, resource))],
  }));
}

const hasRelations = ({ items }: OpenApiObject): boolean =>
  ((items as { readonly enum?: readonly string[] }).enum ?? ["any"]).length > 0;

/** Whether answers of a read may be given again. */
const isKept = ({ model }: Describing, { name }: ResourceModel, kind: "list" | "get"): boolean =>
  model.operations.get(`${name}.${kind}`)?.cache !== undefined;

/** What answers say that may be given again. */
export const keptHeaders = ["Age", "Cache-Status"];

export const notModified = ({ components }: Describing, kept: boolean): ComponentRef =>
  components.ref("responses", kept ? "NotModifiedKept" : "NotModified", () => ({
    description: "The copy that the caller has is still good.",
    headers: headerRefs(components, ["X-Request-Id", "ETag", ...(kept ? keptHeaders : [])]),
  }));

function describeGet(describing: Describing, resource: ResourceModel): OpenApiObject {
  const { components } = describing;
  return {
    operationId: `get${capitalise(resource.name)}`,
    summary: `Get ${withArticle(resource.name)}`,
    description: "Answers the record, when it exists and the caller may read it.",
    parameters: [
      idParameter(components, resource),
      ...answerParameters(describing, resource),
      sharedParameter(components, "IfNoneMatch"),
      sharedParameter(components, "IfMatch"),
    ],
    responses: {
      "200": recordResponse(describing, resource, "The record.", [
        "ETag",
        ...(isKept(describing, resource, "get") ? keptHeaders : []),
      ]),
      "304": notModified(describing, isKept(describing, resource, "get")),
      ...problemResponses(components, [400, 401, ...forbidden(resource.access.read), 404, 412, 503]),
    },
  };
}

/** An answer with one record. */
export function recordResponse(
  describing: Describing,
  resource: ResourceModel,
  description: string,
  headers: readonly string[],
): OpenApiObject {
  return {
    description,
    headers: headerRefs(describing.components, ["X-Request-Id", ...headers]),
    content: { [json]: { schema: recordRef(describing, resource) } },
  };
}

/** The answer to a change that the caller wanted none of. */
export const minimalResponse = ({ components }: Describing): ComponentRef =>
  components.ref("responses", "Minimal", () => ({
    description: "Done; the record was not asked for (`Prefer: return=minimal`).",
    headers: headerRefs(components, [
      "X-Request-Id",
      "ETag",
      "Content-Location",
      "Preference-Applied",
      "Idempotent-Replayed",
    ]),
  }));

function describeCreate(describing: Describing, resource: ResourceModel): OpenApiObject {
  const { components } = describing;
  const headers = ["ETag", "Location", "Content-Location", "Preference-Applied", "Idempotent-Replayed"];
  return {
    operationId: `create${capitalise(resource.name)}`,
    summary: `Create ${withArticle(resource.name)}`,
    description: "Creates a record and answers it.",
    parameters: [
      ...answerParameters(describing, resource),
      sharedParameter(components, "IdempotencyKey"),
      sharedParameter(components, "Prefer"),
    ],
    requestBody: { required: true, content: { [json]: { schema: createRef(describing, resource) } } },
    responses: {
      "201": recordResponse(describing, resource, "The new record.", headers),
      ...problemResponses(components, [
        400,
        401,
        ...forbidden(resource.access.create),
        409,
        413,
        415,
        422,
        503,
      ]),
    },
  };
}

const ifMatch = ({ components }: Describing, resource: ResourceModel): ComponentRef =>
  sharedParameter(components, resource.requireIfMatch ? "RequiredIfMatch" : "IfMatch");

/** What can happen to changes that name a version. */
const versioned = (resource: ResourceModel): readonly number[] =>
  resource.requireIfMatch ? [412, 428] : [412];

function describeUpdate(describing: Describing, resource: ResourceModel): OpenApiObject {
  const { components } = describing;
  const schema = updateRef(describing, resource);
  return {
    operationId: `update${capitalise(resource.name)}`,
    summary: `Change ${withArticle(resource.name)}`,
    description: "Applies a merge patch (RFC 7396) and answers the record as it is then.",
    parameters: [
      idParameter(components, resource),
      ...answerParameters(describing, resource),
      ifMatch(describing, resource),
      sharedParameter(components, "IdempotencyKey"),
      sharedParameter(components, "Prefer"),
    ],
    requestBody: {
      required: true,
      content: { "application/merge-patch+json": { schema }, [json]: { schema } },
    },
    responses: {
      "200": recordResponse(describing, resource, "The changed record.", [
        "ETag",
        "Content-Location",
        "Preference-Applied",
        "Idempotent-Replayed",
      ]),
      "204": minimalResponse(describing),
      ...problemResponses(components, [
        400,
        401,
        ...forbidden(resource.access.update),
        404,
        409,
        ...versioned(resource),
        413,
        415,
        422,
        503,
      ]),
    },
  };
}

function describeDelete(describing: Describing, resource: ResourceModel): OpenApiObject {
  const { components } = describing;
  return {
    operationId: `delete${capitalise(resource.name)}`,
    summary: `Delete ${withArticle(resource.name)}`,
    description: "Deletes the record.",
    parameters: [
      idParameter(components, resource),
      ifMatch(describing, resource),
      sharedParameter(components, "IdempotencyKey"),
    ],
    responses: {
      "204": components.ref("responses", "Done", () => ({
        description: "Done.",
        headers: headerRefs(components, ["X-Request-Id", "Idempotent-Replayed"]),
      })),
      ...problemResponses(components, [
        400,
        401,
        ...forbidden(resource.access.delete),
        404,
        409,
        ...versioned(resource),
        422,
        503,
      ]),
    },
  };
}
