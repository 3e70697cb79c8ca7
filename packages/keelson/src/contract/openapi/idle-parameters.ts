import type { OpenApiObject } from "./components.ts";

/**
 * For the page's form, which would otherwise fill in every parameter that it can make up a value for: optional
 * ones have an example that is off until somebody switches it on. Applies to a whole document.
 */
export function withIdleParameters(document: OpenApiObject): OpenApiObject {
  const components = document.components as Readonly<Record<string, OpenApiObject>>;
  const paths = document.paths as Readonly<Record<string, Readonly<Record<string, OpenApiObject>>>>;
  return {
    ...document,
    paths: mapValues(paths, (methods) => mapValues(methods, idleOperation)),
    components: {
      ...components,
      ...(components.parameters
        ? { parameters: mapValues(components.parameters, (parameter) => idle(parameter as OpenApiObject)) }
        : {}),
    },
  };
}

function idleOperation(operation: OpenApiObject): OpenApiObject {
  const parameters = operation.parameters as readonly OpenApiObject[] | undefined;
  return parameters ? { ...operation, parameters: parameters.map(idle) } : operation;
}

function idle(parameter: OpenApiObject): OpenApiObject {
  if (parameter.$ref !== undefined || parameter.required === true) return parameter;
  const value = presetOf(parameter.schema as OpenApiObject);
  return value === undefined
    ? parameter
    : { ...parameter, examples: { default: { value, "x-disabled": true } } };
}

/** A value that fits a schema of a parameter, where one can be seen from it. */
function presetOf(schema: OpenApiObject): unknown {
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.examples)) return schema.examples[0];
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (Array.isArray(schema.anyOf)) return presetOf(schema.anyOf[0]);
  if (schema.type === "array") {
    const item = presetOf(schema.items as OpenApiObject);
    return item === undefined ? undefined : [item];
  }
  return schema.type === "boolean" ? true : undefined;
}

const mapValues = <T, R>(object: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
