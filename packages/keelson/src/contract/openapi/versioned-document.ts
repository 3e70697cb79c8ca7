import type { AppModel, VersionModel, VersionsModel } from "../../model/app-model.ts";
import { changelogOf } from "../changelog/changelog-of.ts";
import type { OpenApiObject } from "./components.ts";

type Objects = Readonly<Record<string, OpenApiObject>>;

/** A document that says which version it describes: how to ask for it, how it is answered, what changed. */
export function versionedDocument(document: OpenApiObject, model: AppModel): OpenApiObject {
  const { versions, apiVersion } = model;
  if (!versions || !apiVersion) return document;
  const info = document["info"] as OpenApiObject;
  const components = document["components"] as Readonly<Record<string, Objects>>;
  const ref = { $ref: "#/components/parameters/ApiVersion" };
  const answered = { [versions.header]: { $ref: "#/components/headers/ApiVersion" } };
  return {
    ...document,
    info: {
      ...info,
      description: `${info["description"]}\n\n${guideOf(versions, model)}`,
      "x-api-version": apiVersion.date,
      ...(apiVersion.declaration.sunset === undefined ? {} : { "x-sunset": apiVersion.declaration.sunset }),
    },
    paths: mapObjects(document["paths"] as Objects, (methods) =>
      mapObjects(methods as Objects, (operation) => ({
        ...operation,
        ...(apiVersion.deprecatedMs === undefined ? {} : { deprecated: true }),
        parameters: [...((operation["parameters"] as readonly unknown[] | undefined) ?? []), ref],
        responses: withHeader(operation["responses"] as Objects, answered),
      })),
    ),
    components: {
      ...components,
      parameters: byName({ ...components["parameters"], ApiVersion: parameterOf(versions, apiVersion) }),
      headers: byName({
        ...components["headers"],
        ApiVersion: {
          description: `The version that the answer is in.${versions.pin ? " Absent where credentials are refused before anybody has looked up the version that they began with." : ""}`,
          schema: { type: "string", format: "date" },
        },
      }),
      ...(components["responses"] ? { responses: withHeader(components["responses"], answered) } : {}),
    },
  };
}

const parameterOf = ({ header, current }: VersionsModel, { date }: VersionModel): OpenApiObject => ({
  name: header,
  in: "header",
  description: `The version that the request is worded in; this document describes \`${date}\`.`,
  // Whoever follows this document must name its version, unless it is the one that everybody gets.
  ...(date === current.date ? {} : { required: true }),
  schema: { type: "string", const: date },
});

const withHeader = (responses: Objects, header: OpenApiObject): OpenApiObject =>
  mapObjects(responses, (response) =>
    "$ref" in response
      ? response
      : { ...response, headers: { ...(response["headers"] as OpenApiObject | undefined), ...header } },
  );

const mapObjects = (objects: Objects, map: (object: OpenApiObject) => OpenApiObject): OpenApiObject =>
  Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, map(object)]));

const byName = (objects: Objects): Objects =>
  Object.fromEntries(Object.entries(objects).sort(([a], [b]) => (a < b ? -1 : 1)));

function guideOf({ header, current, pin }: VersionsModel, model: AppModel): string {
  const without = pin
    ? "Without it, a credential gets the version that it began with, and a new one the newest."
    : "Without it you get the newest.";
  return `## Versions

Say which version of the API you know with the header \`${header}: ${current.date}\`. ${without} Answers say which version they are in. A version that comes to its end is answered with \`Deprecation\` and \`Sunset\`, and with 410 afterwards.

${changelogOf(model, 3)}`;
}
