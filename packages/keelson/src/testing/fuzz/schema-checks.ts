import type { ErrorObject } from "ajv/dist/2020.js";
import type { JsonSchema } from "../../declare/field-spec.ts";
import { newDescriptionCompiler, type SchemaCheck } from "../../operation/schema-validator.ts";
import type { ApiDescription } from "./api-operation.ts";

/** Says what is wrong with a value by a schema of a description; undefined when nothing is. */
export type CheckSchema = (
  description: ApiDescription,
  schema: JsonSchema,
  value: unknown,
) => readonly ErrorObject[] | undefined;

/** Compiles every schema once, when it is first needed. */
export function newSchemaChecks(): CheckSchema {
  const compiler = newDescriptionCompiler();
  const uris = new WeakMap<ApiDescription, string>();
  const known = new Map<string, SchemaCheck>();
  const bySchema = new WeakMap<ApiDescription, WeakMap<JsonSchema, SchemaCheck>>();
  let count = 0;
  const uriOf = (description: ApiDescription): string => {
    let uri = uris.get(description);
    if (uri === undefined) {
      count += 1;
      uri = `description:${count}`;
      uris.set(description, uri);
      compiler.add(uri, { components: { schemas: description.schemas } });
    }
    return uri;
  };
  const compiled = (description: ApiDescription, schema: JsonSchema): SchemaCheck => {
    // References lead into the document, wherever the schema stands.
    const text = JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${uriOf(description)}#/`);
    const check = known.get(text) ?? compiler.compile(JSON.parse(text) as JsonSchema);
    known.set(text, check);
    return check;
  };
  return (description, schema, value) => {
    const checks = bySchema.get(description) ?? new WeakMap<JsonSchema, SchemaCheck>();
    bySchema.set(description, checks);
    const check = checks.get(schema) ?? compiled(description, schema);
    checks.set(schema, check);
    return check(value);
  };
}

/** The schema behind a reference into the description. */
export function resolved({ schemas }: ApiDescription, schema: JsonSchema): JsonSchema {
  let here = schema;
  while (typeof here["$ref"] === "string") {
    // What stands beside a reference holds as well.
    const { $ref, ...beside } = here;
    here = { ...schemas[String($ref).split("/").at(-1) ?? ""], ...beside };
  }
  return here;
}
