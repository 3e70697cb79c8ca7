import { Ajv2020 } from "ajv/dist/2020.js";
import formatsPlugin from "ajv-formats";
import { linearPattern } from "../../base/pattern/linear-pattern.ts";
import type { FieldSpec, JsonSchema } from "../../declare/field-spec.ts";
import { type Findings, shown } from "./findings.ts";

/** A `json` field needs a schema: JSON Schema 2020-12 that compiles in strict mode, or a Standard Schema. */
export function checkJsonField(findings: Findings, where: string, schema: FieldSpec["schema"]): void {
  if (isStandardSchemaLike(schema)) {
    checkStandardSchema(findings, where, schema);
    return;
  }
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    findings.blocker(
      "invalid-schema",
      where,
      `Its schema is ${shown(schema)}.`,
      "Give a JSON Schema (2020-12) or a Standard Schema (Zod, Valibot, ArkType); {} allows any JSON.",
    );
    return;
  }
  const fault = schemaFault(schema as JsonSchema) ?? patternFault(schema);
  if (fault !== undefined)
    findings.blocker(
      "invalid-schema",
      where,
      `Its JSON Schema is not valid: ${fault}.`,
      "Correct it; keywords of your own begin with x-.",
    );
}

export const isStandardSchemaLike = (schema: unknown): boolean =>
  (typeof schema === "object" || typeof schema === "function") && schema !== null && "~standard" in schema;

/** A Standard Schema (https://standardschema.dev) has version 1 and a function that validates. */
export function checkStandardSchema(findings: Findings, where: string, schema: unknown): void {
  const { version, validate } = (schema as { "~standard": { version?: unknown; validate?: unknown } })[
    "~standard"
  ];
  if (version === 1 && typeof validate === "function") return;
  findings.blocker(
    "invalid-schema",
    where,
    `Its Standard Schema has version ${shown(version)}${typeof validate === "function" ? "" : " and cannot validate"}.`,
    "Use a schema library that implements version 1.",
  );
}

function schemaFault(schema: JsonSchema): string | undefined {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    strictTypes: false,
    strictTuples: false,
    logger: false,
  });
  formatsPlugin.default(ajv);
  for (const keyword of ownKeywords(schema)) ajv.addKeyword(keyword);
  try {
    ajv.compile(schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^strict mode: /, "") : String(error);
  }
}

/** Keywords that begin with `x-`, wherever they stand. */
function ownKeywords(schema: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  visit(schema, (key) => {
    if (key.startsWith("x-")) found.add(key);
  });
  return found;
}

/** Callers choose the texts, so a schema's patterns must be matched in linear time as well. */
function patternFault(schema: unknown): string | undefined {
  const faults: string[] = [];
  visit(schema, (key, value) => {
    const patterns =
      key === "pattern" && typeof value === "string"
        ? [value]
        : key === "patternProperties" && typeof value === "object"
          ? Object.keys(value ?? {})
          : [];
    for (const pattern of patterns) {
      const compiled = linearPattern(pattern);
      if (!compiled.ok) faults.push(`the pattern ${shown(pattern)} ${compiled.error}`);
    }
  });
  return faults[0];
}

function visit(value: unknown, look: (key: string, value: unknown) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) look(key, inner);
    visit(inner, look);
  }
}
