import type { Expr } from "../declare/expression.ts";
import type { Fields } from "../declare/field.ts";
import type { FieldSpec } from "../declare/field-spec.ts";
import type { CustomOperation } from "../declare/operation.ts";
import { exportInput, importInput, operationListInput, operationOutput } from "../declare/transfer-fields.ts";
import type { AppModel, BuiltIn, CustomOperationModel, ResourceModel } from "./app-model.ts";

/** Imports and exports of the resources that offer them, and what can be done with operations that take long. */
export function linkTransfers(resources: Iterable<ResourceModel>): readonly CustomOperationModel[] {
  const offering = [...resources].filter(({ transfers }) => transfers.size > 0);
  if (offering.length === 0) return [];
  return [
    ...offering.flatMap((resource) => [
      ...(resource.transfers.has("import") ? [importOf(resource)] : []),
      ...(resource.transfers.has("export") ? [exportOf(resource)] : []),
    ]),
    ...operationsOnOperations(),
  ];
}

/** Whether any resource can be imported or exported over HTTP, which happens in the background. */
export const offersTransfers = ({ resources }: Pick<AppModel, "resources">): boolean =>
  [...resources.values()].some(({ transfers }) => transfers.size > 0);

/** Operations belong to somebody. */
const signedIn: Expr = { op: "signedIn" };

const importOf = (resource: ResourceModel): CustomOperationModel =>
  builtIn("import", {
    name: `${resource.name}.import`,
    resource,
    on: "collection",
    effect: "write",
    access: {
      op: "and",
      args: [signedIn, { op: "or", args: [resource.access.create, resource.access.update] }],
    },
    input: specsOf(importInput),
    description: `Writes the rows of a file, each checked as if it were sent by itself. The file is the body; \`Content-Type\` says its format. Answers an operation, which goes on after the answer.`,
  });

const exportOf = (resource: ResourceModel): CustomOperationModel =>
  builtIn("export", {
    name: `${resource.name}.export`,
    resource,
    on: "collection",
    effect: "write",
    access: { op: "and", args: [signedIn, resource.access.read] },
    input: specsOf(exportInput),
    description:
      "Writes every record that the caller may read and the filter admits to a file, from one snapshot of the database. Answers an operation, which goes on after the answer; its `result` then leads to the file.",
  });

const operationsOnOperations = (): readonly CustomOperationModel[] => [
  onOperation(
    "listOperations",
    "read",
    "Lists the caller's operations, the newest first.",
    operationListInput,
  ),
  onOperation(
    "getOperation",
    "read",
    "Tells how far an operation has come. Ask again after the time in `Retry-After`.",
  ),
  onOperation(
    "cancelOperation",
    "write",
    "Asks an operation to end: at once, or after the rows that are being written. What was written stays.",
  ),
  onOperation("getOperationFile", "read", "Downloads the file that an export has written."),
  onOperation(
    "getOperationReport",
    "read",
    "Downloads what was wrong with each row that an import has refused, as NDJSON.",
  ),
];

function onOperation(
  kind: BuiltIn,
  effect: "read" | "write",
  description: string,
  fields: Fields = {},
): CustomOperationModel {
  const name = `operation.${kind.replace(/Operations?/, "").replace(/^./, (letter) => letter.toLowerCase())}`;
  return builtIn(kind, {
    name,
    resource: undefined,
    on: "nothing",
    effect,
    access: signedIn,
    input: specsOf(fields),
    description,
  });
}

function builtIn(
  kind: BuiltIn,
  {
    description,
    ...rest
  }: Pick<CustomOperationModel, "name" | "resource" | "on" | "effect" | "access" | "input"> & {
    readonly description: string;
  },
): CustomOperationModel {
  return Object.freeze({
    ...rest,
    kind: "custom" as const,
    builtIn: kind,
    declaration: declarationOf(rest, description),
    idempotency: "optional" as const,
    output: { kind: "fields" as const, fields: specsOf(operationOutput) },
    errors: new Map(),
  });
}

/** What other operations have from whoever declared them. */
function declarationOf(
  { name, on, effect }: Pick<CustomOperationModel, "name" | "on" | "effect">,
  description: string,
): CustomOperation {
  return Object.freeze({
    type: "operation",
    name: name.slice(name.indexOf(".") + 1),
    on,
    effect,
    description,
    errors: {},
    access: () => {
      throw new Error(`the rule of "${name}" is linked already`);
    },
    run: () => {
      throw new Error(`"${name}" is Keelson's own to run`);
    },
  });
}

const specsOf = (fields: Fields): ReadonlyMap<string, FieldSpec> =>
  new Map(Object.entries(fields).map(([name, field]) => [name, field.spec]));
