import type {
  AppModel,
  CustomOperationModel,
  FieldModel,
  FieldPath,
  ResourceModel,
} from "../../model/app-model.ts";
import { needsRow } from "../../model/expression-parts.ts";
import { isStored } from "../../model/is-stored.ts";
import { isCreatable, isUpdatable } from "../../model/json-schema.ts";
import { isStandardSchema } from "../../model/value-schema.ts";
import { libraryJsonSchema } from "../openapi/embedded-schema.ts";
import { docText } from "./doc-text.ts";
import { keyText, schemaTypeText } from "./schema-type-text.ts";
import { membersText, typeText } from "./type-text.ts";

/** The interface of a record, without relations that are not fields of their own. */
export function recordText(name: string, resource: ResourceModel): string {
  const fields = [...resource.fields.values()].filter(
    (field) => isStored(field) && !field.spec.writeOnly && field.read.op !== "never",
  );
  return interfaceText(
    name,
    resource.description,
    fields.flatMap((field) => {
      const type = typeText(field.spec, "output");
      const hidden = needsRow(field.read) && !type.endsWith(" | null") ? " | null" : "";
      return fieldText(field, field.read.op !== "always", type + hidden);
    }),
  );
}

/** What a client may send to create or to change a record. */
export function inputText(name: string, resource: ResourceModel, side: "create" | "patch"): string {
  const may = side === "create" ? isCreatable : isUpdatable;
  const fields = [...resource.fields.values()].filter((field) => may(field, false));
  const said = side === "create" ? "is created from" : "can be changed by: what is left out stays";
  return interfaceText(
    name,
    `What a record of ${resource.name} ${said}.`,
    fields.flatMap((field) =>
      fieldText(field, side === "patch" || !field.required, typeText(field.spec, side)),
    ),
  );
}

function fieldText({ name, spec }: FieldModel, optional: boolean, type: string): readonly string[] {
  return [
    ...docText(spec.description, "  ", spec.deprecated),
    `  readonly ${keyText(name)}${optional ? "?" : ""}: ${type};`,
  ];
}

function interfaceText(name: string, description: string | undefined, lines: readonly string[]): string {
  return [...docText(description, ""), `export interface ${name} {`, ...lines, "}"].join("\n");
}

/** Where relations lead; those to records that nobody can read are left out. */
export function relationLines(model: AppModel, { fields }: ResourceModel): readonly string[] {
  return [...fields.values()].flatMap(({ name, relation, spec, read }) => {
    const target = relation && model.resources.get(relation.target);
    if (!target || target.access.read.op === "never" || spec.writeOnly || read.op === "never") return [];
    const isMany = relation.kind !== "one";
    return [`${keyText(name)}: { target: ${JSON.stringify(target.name)}; many: ${isMany}; row: never };`];
  });
}

/** The types of what lists are filtered by. */
export const filterLines = (model: AppModel, resource: ResourceModel): readonly string[] =>
  resource.list.filter.map((path) => `${keyText(path.text)}: ${filterType(model, resource, path)};`);

function filterType(model: AppModel, resource: ResourceModel, path: FieldPath): string {
  if (path.part !== undefined) return path.part === "amount" ? "number" : "string";
  let here: ResourceModel | undefined = resource;
  for (const hop of path.hops) here = model.resources.get(here?.fields.get(hop)?.relation?.target ?? "");
  const spec = here?.fields.get(path.field)?.spec;
  return spec ? typeText({ ...spec, optional: false }, "output") : "unknown";
}

/** The shape of a command or query, in lines. */
export function operationLines(operation: CustomOperationModel): readonly string[] {
  const { on, output, errors } = operation;
  const answers = output.kind === "resource" ? JSON.stringify(output.resource.name) : "never";
  const answer =
    output.kind === "fields" ? outputText(output.fields) : output.kind === "none" ? "undefined" : "never";
  return [
    `on: ${JSON.stringify(on)};`,
    `input: ${operationInput(operation)};`,
    `output: ${answer};`,
    `answers: ${answers};`,
    `errors: ${[...errors.keys()].map((code) => JSON.stringify(code)).join(" | ") || "never"};`,
  ];
}

function operationInput({ input, declaration }: CustomOperationModel): string {
  if (input) return membersText([...input], "create");
  const given = declaration.input as Parameters<typeof isStandardSchema>[0];
  return given && isStandardSchema(given) ? schemaTypeText(libraryJsonSchema(given, "input")) : "unknown";
}

/** Every member of an answer is there. */
function outputText(fields: Extract<CustomOperationModel["output"], { kind: "fields" }>["fields"]): string {
  const members = [...fields]
    .filter(([, spec]) => !spec.writeOnly)
    .map(([name, spec]) => `readonly ${name}: ${typeText(spec, "output")}`);
  return members.length === 0 ? "Record<never, never>" : `{ ${members.join("; ")} }`;
}
