import { anonymous } from "../../base/caller.ts";
import type { Contact, License } from "../../declare/backend.ts";
import type { AppModel, OperationModel } from "../../model/app-model.ts";
import { policyViews } from "../../model/policy-view.ts";
import { apiGuide } from "../guide/api-guide.ts";
import { type RestRoute, restRoutesOf } from "../rest-routes.ts";
import { newComponents, type OpenApiObject } from "./components.ts";
import { describeBatch } from "./describe-batch.ts";
import { describeCustom } from "./describe-custom.ts";
import { describeStandard, ruleOf } from "./describe-standard.ts";
import { describeTransfer } from "./describe-transfer.ts";
import { type Describing, sentence, wordsOf } from "./describing.ts";
import { withIdleParameters } from "./idle-parameters.ts";
import { versionedDocument } from "./versioned-document.ts";

/** What the model does not say about the service. */
export interface OpenApiOptions {
  /** Version of the description. @defaultValue the back end's */
  readonly version?: string;
  /**
   * For the page that people read: `QUERY` has operations of its own, which takes OpenAPI 3.2, since 3.1 has no
   * word for the method. @defaultValue false
   */
  readonly page?: boolean;
  /** Where the API is served. @defaultValue "/", where the document itself comes from */
  readonly serverUrl?: string;
  /** @defaultValue the back end's, or else a proprietary one */
  readonly license?: License;
  /** @defaultValue the back end's, or else its name */
  readonly contact?: Contact;
}

/**
 * Describes the REST API of a model as an OpenAPI 3.1.2 document. The same model gives the same document,
 * byte for byte.
 */
export function openapiOf(model: AppModel, options: OpenApiOptions = {}): OpenApiObject {
  const components = newComponents();
  const describing: Describing = { model, components, anonymous: policyViews(model)(anonymous) };
  const { page = false } = options;
  const paths = pathsOf(describing, page);
  components.ref("securitySchemes", "bearer", () => ({
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "An access token of one of the configured issuers.",
  }));
  const document = {
    openapi: page ? "3.2.0" : "3.1.2",
    info: infoOf(model, options),
    jsonSchemaDialect: page
      ? "https://spec.openapis.org/oas/3.2/dialect/2025-09-17"
      : "https://spec.openapis.org/oas/3.1/dialect/base",
    servers: [{ url: (options.serverUrl ?? "/").replace(/(?<=.)\/$/, "") }],
    security: [{ bearer: [] }],
    tags: tagsOf(model),
    paths,
    components: components.collect(),
  };
  const versioned = versionedDocument(document, model);
  return page ? withIdleParameters(versioned) : versioned;
}

/** Linters miss a licence and a contact, people do not: what is not declared is only made up for the former. */
function infoOf(model: AppModel, { version, license, contact, page = false }: OpenApiOptions): OpenApiObject {
  const { backend } = model;
  const title = titleOf(model);
  const terms = license ?? backend.license ?? (page ? undefined : proprietary);
  const asked = contact ?? backend.contact ?? (page ? undefined : { name: title });
  return {
    title,
    version: version ?? backend.version ?? "1.0.0",
    description: `${backend.description ?? `The API of ${title}.`}\n\n${apiGuide(model)}`,
    ...(backend.termsOfService === undefined ? {} : { termsOfService: backend.termsOfService }),
    ...(asked ? { contact: asked } : {}),
    ...(terms ? { license: terms } : {}),
  };
}

const proprietary = { name: "Proprietary", identifier: "LicenseRef-Proprietary" } as const;

/** What people call the back end. */
export const titleOf = ({ backend, name }: AppModel): string => backend.title ?? sentence(name);

/** Operations that belong to no resource. */
const generalTag = "general";

const tagOf = ({ resource }: OperationModel): string =>
  sentence(resource ? wordsOf(resource.plural) : generalTag);

function tagsOf(model: AppModel): readonly OpenApiObject[] {
  const described = new Map<string, OpenApiObject>();
  for (const operation of inOrder(model)) {
    const name = tagOf(operation);
    const description = operation.resource
      ? (operation.resource.description ?? `${name} and what can be done with them.`)
      : "What belongs to no resource.";
    if (!described.has(name)) described.set(name, { name, description });
  }
  return [...described.values()];
}

/** Resource by resource in the model's order, what stands free at the end. */
function inOrder(model: AppModel): readonly OperationModel[] {
  const operations = [...model.operations.values()];
  return [...model.resources.values(), undefined].flatMap((resource) =>
    operations.filter((operation) => operation.resource === resource),
  );
}

function pathsOf(describing: Describing, page: boolean): OpenApiObject {
  const paths = new Map<string, Record<string, OpenApiObject>>();
  for (const operation of inOrder(describing.model)) {
    for (const route of restRoutesOf(operation)) {
      // OpenAPI 3.1 has no word for QUERY; the operation with POST speaks for it.
      if (route.method === "QUERY" && !page) continue;
      const described = describeRoute(describing, route, page);
      if (!described) continue;
      const path = paths.get(route.path) ?? {};
      paths.set(route.path, path);
      const { operationId, summary, description, ...rest } = described;
      path[route.method.toLowerCase()] = {
        tags: [tagOf(operation)],
        operationId,
        summary,
        description,
        ...securityOf(describing, operation),
        ...rest,
      };
    }
  }
  return Object.fromEntries(paths);
}

function describeRoute(describing: Describing, route: RestRoute, page: boolean): OpenApiObject | undefined {
  const { operation } = route;
  const described =
    operation.kind === "custom" && operation.builtIn
      ? describeTransfer(describing, operation, operation.builtIn)
      : operation.kind === "custom"
        ? describeCustom(describing, operation, route)
        : operation.kind === "batch"
          ? describeBatch(describing, operation)
          : describeStandard(describing, operation, route);
  return described && page ? besideQuery(described, route) : described;
}

/** `QUERY` and the `POST` that stands in for it tell themselves apart. */
function besideQuery(described: OpenApiObject, { method }: RestRoute): OpenApiObject {
  const { "x-query-method": twin, operationId, summary, ...rest } = described;
  if (!twin) return described;
  if (method === "QUERY") return { ...rest, operationId: `${operationId}ByQuery`, summary };
  const description = "The same as `QUERY`, for clients that cannot send this method.";
  return { ...rest, operationId, summary: `${summary}, by POST`, description };
}

/**
 * Where callers without a token may get something, they need none. The token comes first: tools take the first
 * way, and who has a token may get more with it.
 */
function securityOf(describing: Describing, operation: OperationModel): OpenApiObject {
  const rules =
    operation.kind === "custom"
      ? [describing.anonymous.custom(operation)]
      : operation.kind === "batch"
        ? [...operation.writes.values()].map((write) => ruleOf(describing, write))
        : [ruleOf(describing, operation)];
  return rules.every((rule) => rule.op === "never") ? {} : { security: [{ bearer: [] }, {}] };
}
