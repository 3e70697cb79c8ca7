import type { FieldSpec } from "../../declare/field-spec.ts";
import type { CustomOperationModel } from "../../model/app-model.ts";
import { capitalise } from "../../model/names.ts";
import { isStandardSchema, valueSchema } from "../../model/value-schema.ts";
import type { RestMethod, RestRoute } from "../rest-routes.ts";
import type { OpenApiObject } from "./components.ts";
import { keptHeaders, minimalResponse, notModified, recordResponse } from "./describe-standard.ts";
import { type Describing, sentence, wordsOf } from "./describing.ts";
import { libraryJsonSchema } from "./embedded-schema.ts";
import { problemResponses } from "./problem-responses.ts";
import { answerParameters } from "./read-parameters.ts";
import { membersRef } from "./record-schemas.ts";
import { idParameter, sharedParameter } from "./request-parameters.ts";
import { headerRefs } from "./response-headers.ts";

const json = "application/json";

/** The description of a command or query at one of its routes; undefined where it cannot be called like that. */
export function describeCustom(
  describing: Describing,
  operation: CustomOperationModel,
  { method }: RestRoute,
): OpenApiObject | undefined {
  if (method === "GET" && !fitsUrl(operation)) return undefined;
  const { declaration, resource } = operation;
  const id = operationIdOf(operation);
  const ofWhat = resource ? ` ${wordsOf(resource.name)}` : "";
  const summary = sentence(`${wordsOf(declaration.name)}${ofWhat}`);
  // A query can be called in two ways, and each needs an id of its own.
  const inBody = operation.effect === "read" && method !== "GET";
  return {
    operationId: inBody ? `${id}ByBody` : id,
    summary: inBody ? `${summary}, with the input in the body` : summary,
    description: declaration.description ?? `${summary}.`,
    ...(inBody ? { "x-query-method": true } : {}),
    ...nonEmpty("parameters", parametersOf(describing, operation, method)),
    ...(method === "GET" ? {} : bodyOf(describing, operation, method)),
    responses: {
      ...successOf(describing, operation, method),
      ...problemResponses(describing.components, statusesOf(operation, method), operation.errors),
    },
  };
}

/** `payOrder`; `rebuildIndex` for what stands free. */
function operationIdOf({ declaration, resource }: CustomOperationModel): string {
  const name = declaration.name;
  return resource ? `${name}${capitalise(resource.name)}` : name;
}

const nonEmpty = (name: string, list: readonly unknown[]): OpenApiObject =>
  list.length > 0 ? { [name]: list } : {};

const nested: ReadonlySet<FieldSpec["kind"]> = new Set(["money", "json", "object"]);

/** Whether all that must be said can be said in a URL. */
function fitsUrl({ input }: CustomOperationModel): boolean {
  return (
    input !== undefined &&
    [...input.values()].every((spec) => !nested.has(spec.kind) || spec.optional || spec.default !== undefined)
  );
}

const keyParameter = { optional: "IdempotencyKey", required: "RequiredIdempotencyKey" } as const;

function parametersOf(
  describing: Describing,
  operation: CustomOperationModel,
  method: RestMethod,
): readonly OpenApiObject[] {
  const { components } = describing;
  const { on, resource, effect, output, input = new Map<string, FieldSpec>() } = operation;
  const own = method === "GET" ? inputParameters(input) : [];
  const answer = output.kind === "resource" ? answerParameters(describing, output.resource) : [];
  // A member of the input wins over a parameter of the same name.
  const hidden = method === "GET" ? ["Fields", "Expand"].filter((name) => input.has(name.toLowerCase())) : [];
  const shown = answer.filter(({ $ref }) => !hidden.some((name) => $ref.endsWith(name)));
  const writes = effect === "write";
  return [
    ...(on === "row" && resource ? [idParameter(components, resource)] : []),
    ...own,
    ...shown.map((ref) => ({ ...ref })),
    ...(on === "row" && writes ? [sharedParameter(components, "IfMatch")] : []),
    ...(method === "GET" && (output.kind === "resource" || operation.cache)
      ? [sharedParameter(components, "IfNoneMatch")]
      : []),
    ...(writes ? [sharedParameter(components, keyParameter[operation.idempotency])] : []),
    ...(output.kind === "resource" && writes ? [sharedParameter(components, "Prefer")] : []),
  ].map((parameter) => ({ ...parameter }));
}

export function inputParameters(input: ReadonlyMap<string, FieldSpec>): readonly OpenApiObject[] {
  return [...input]
    .filter(([, spec]) => !nested.has(spec.kind))
    .map(([name, spec]) => {
      // What is optional is left out of a URL, where null cannot be said.
      const { description, ...schema } = valueSchema(
        { ...spec, optional: false },
        { side: "create", trusted: false, embed: () => ({}) },
      );
      const isList = spec.kind === "list" || spec.kind === "manyToMany";
      return {
        name,
        in: "query",
        ...(spec.optional || spec.default !== undefined ? {} : { required: true }),
        description: description ?? `${sentence(wordsOf(name))}.`,
        ...(isList ? { style: "form", explode: false } : {}),
        schema,
      };
    });
}

function bodyOf(describing: Describing, operation: CustomOperationModel, method: RestMethod): OpenApiObject {
  const { input, declaration } = operation;
  if (input === undefined) {
    const given = declaration.input as NonNullable<FieldSpec["schema"]>;
    const schema = isStandardSchema(given) ? libraryJsonSchema(given, "input") : {};
    return { requestBody: { content: { [json]: { schema } } } };
  }
  if (input.size === 0) return {};
  const name = `${capitalise(operationIdOf(operation))}Input`;
  // QUERY without content means nothing (RFC 10008).
  const required =
    method === "QUERY" || [...input.values()].some((spec) => !spec.optional && spec.default === undefined);
  const schema = membersRef(describing, name, input, "create");
  return { requestBody: { ...(required ? { required } : {}), content: { [json]: { schema } } } };
}

const replayed = ({ effect }: CustomOperationModel): readonly string[] =>
  effect === "write" ? ["Idempotent-Replayed"] : [];

function successOf(
  describing: Describing,
  operation: CustomOperationModel,
  method: RestMethod,
): OpenApiObject {
  const { components } = describing;
  const { output, effect } = operation;
  const isKept = operation.cache !== undefined;
  const kept = isKept ? keptHeaders : [];
  // What has a tag can be asked for again by it, where the method only reads.
  const unchanged = () => (method === "POST" ? {} : { "304": notModified(describing, isKept) });
  switch (output.kind) {
    case "resource": {
      const headers =
        effect === "write"
          ? ["ETag", "Content-Location", "Preference-Applied", "Idempotent-Replayed"]
          : ["ETag", ...kept];
      const record = recordResponse(describing, output.resource, "The record as it is then.", headers);
      return {
        "200": record,
        ...(effect === "write" ? { "204": minimalResponse(describing) } : unchanged()),
      };
    }
    case "fields": {
      const name = `${capitalise(operationIdOf(operation))}Output`;
      const schema = membersRef(describing, name, output.fields, "output");
      return {
        "200": {
          description: "The answer.",
          headers: headerRefs(components, [
            "X-Request-Id",
            ...replayed(operation),
            ...(isKept ? ["ETag", ...kept] : []),
          ]),
          content: { [json]: { schema } },
        },
        ...(isKept ? unchanged() : {}),
      };
    }
    case "none":
      return {
        "204": components.ref("responses", "Done", () => ({
          description: "Done.",
          headers: headerRefs(components, ["X-Request-Id", "Idempotent-Replayed"]),
        })),
      };
  }
}

function statusesOf(operation: CustomOperationModel, method: RestMethod): readonly number[] {
  const onRow = operation.on === "row";
  return [
    400,
    401,
    ...(operation.access.op === "always" ? [] : [403]),
    ...(onRow ? [404] : []),
    ...(operation.effect === "write" ? [409] : []),
    ...(onRow && operation.effect === "write" ? [412] : []),
    ...(method === "GET" ? [] : [413, 415]),
    422,
    503,
  ];
}
