import type { AppModel, CustomOperationModel, ResourceModel } from "../../model/app-model.ts";
import { capitalise, kebabCase } from "../../model/names.ts";
import { docText } from "./doc-text.ts";
import { filterLines, inputText, operationLines, recordText, relationLines } from "./resource-text.ts";
import { type RuntimeFile, runtimeNames, runtimeText } from "./runtime-text.ts";
import { keyText } from "./schema-type-text.ts";

/**
 * The client of an API as one TypeScript module that imports nothing: types, where everything is, and the code
 * that sends. The same model gives the same text.
 *
 * @param runtime - the files named in `runtimeFiles`
 */
export function clientTextOf(model: AppModel, runtime: readonly RuntimeFile[]): string {
  const code = runtimeText(runtime);
  const naming = newNaming(model, code);
  const resources = [...model.resources.values()].filter((one) => isShown(model, one));
  return [
    header(model),
    ...resources.flatMap((resource) => resourceTypes(naming, resource)),
    apiType(model, naming, resources),
    `export type ${naming.api}Client = Client<${naming.api}Api>;`,
    description(model, naming, resources),
    factory(model, naming),
    rule,
    code,
  ].join("\n\n");
}

interface Naming {
  /** `Shop`, as in `ShopClient`. */
  readonly api: string;
  /** `Order`, unless something else in the module has that name. */
  record(resource: ResourceModel): string;
}

/** Names of the language that the module uses, and that a resource might have. */
const taken = [
  "Array",
  "Boolean",
  "Date",
  "Error",
  "Headers",
  "JSON",
  "Map",
  "Math",
  "Number",
  "Object",
  "Omit",
].concat(
  [
    "Partial",
    "Pick",
    "Promise",
    "Proxy",
    "Readonly",
    "ReadonlyMap",
    "ReadonlySet",
    "Record",
    "RequestInit",
    "Response",
  ],
  [
    "Set",
    "String",
    "Symbol",
    "TypeError",
    "URL",
    "Extract",
    "Exclude",
    "Lowercase",
    "PromiseLike",
    "AbortSignal",
  ],
  ["AbortController", "AsyncGenerator", "AsyncIterable", "NonNullable", "Uint8Array"],
);

function newNaming(model: AppModel, code: string): Naming {
  const used = new Set([...taken, ...runtimeNames(code)]);
  const take = (name: string, suffix: string, parts: readonly string[]): string => {
    const all = (candidate: string) => parts.map((part) => candidate + part);
    let free = name;
    while (all(free).some((one) => used.has(one))) free += suffix;
    for (const one of all(free)) used.add(one);
    return free;
  };
  const api = take(
    model.name
      .split(/[^a-zA-Z0-9]+/)
      .map(capitalise)
      .join("")
      .replace(/^(?=\d)/, "Api"),
    "Api",
    ["Api", "Client", "Description"],
  );
  const records = new Map(
    [...model.resources.values()].map((resource) => [
      resource,
      take(capitalise(resource.name), "Record", ["", "Create", "Update"]),
    ]),
  );
  return { api, record: (resource) => records.get(resource) ?? capitalise(resource.name) };
}

const customsOf = (model: AppModel, resource: ResourceModel | undefined): readonly CustomOperationModel[] =>
  [...model.operations.values()].filter(
    (operation): operation is CustomOperationModel =>
      operation.kind === "custom" && !operation.builtIn && operation.resource === resource,
  );

/** What needs no declaration of its own, batches included. */
const standardOf = (model: AppModel, { name, operations, transfers }: ResourceModel): readonly string[] => [
  ...operations,
  ...transfers,
  ...(model.operations.has(`${name}.batch`) ? ["batch"] : []),
];

/** A resource that nobody can read or call is no part of the API. */
const isShown = (model: AppModel, resource: ResourceModel): boolean =>
  resource.access.read.op !== "never" ||
  resource.operations.size > 0 ||
  customsOf(model, resource).length > 0;

function header(model: AppModel): string {
  return [
    ...docText(
      `The client of ${model.backend.title ?? model.name}. Written by \`keelson gen client\`: change the declarations and run it again.`,
      "",
    ),
    "/* eslint-disable */",
    "// biome-ignore-all lint: generated",
    "// biome-ignore-all format: generated",
    "// biome-ignore-all assist: generated",
  ].join("\n");
}

function resourceTypes(naming: Naming, resource: ResourceModel): readonly string[] {
  const name = naming.record(resource);
  return [
    recordText(name, resource),
    ...(resource.operations.has("create") ? [inputText(`${name}Create`, resource, "create")] : []),
    ...(resource.operations.has("update") ? [inputText(`${name}Update`, resource, "patch")] : []),
  ];
}

function apiType(model: AppModel, naming: Naming, resources: readonly ResourceModel[]): string {
  const members = [
    ...block(
      "resources",
      resources.flatMap((one) => block(one.name, resourceShape(model, naming, one))),
    ),
    ...block("operations", customsOf(model, undefined).flatMap(operationShape)),
  ];
  return [
    "/** What the API offers, for the compiler. */",
    `export type ${naming.api}Api = {`,
    ...members.map((line) => `  ${line}`),
    "};",
  ].join("\n");
}

function resourceShape(model: AppModel, naming: Naming, resource: ResourceModel): readonly string[] {
  const name = naming.record(resource);
  const { operations, list } = resource;
  const union = (words: readonly string[]) =>
    words.map((word) => JSON.stringify(word)).join(" | ") || "never";
  return [
    `row: ${name};`,
    ...block("relations", relationLines(model, resource)),
    `create: ${operations.has("create") ? `${name}Create` : "never"};`,
    `update: ${operations.has("update") ? `${name}Update` : "never"};`,
    ...block("filter", filterLines(model, resource)),
    `sort: ${union(list.sort.map(({ text }) => text))};`,
    `standard: ${union(standardOf(model, resource))};`,
    ...block("custom", customsOf(model, resource).flatMap(operationShape)),
  ];
}

const operationShape = (operation: CustomOperationModel): readonly string[] => [
  ...docText(operation.declaration.description, ""),
  ...block(operation.declaration.name, operationLines(operation)),
];

/** A member whose type is an object. */
const block = (name: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? [`${keyText(name)}: {};`]
    : [`${keyText(name)}: {`, ...lines.map((line) => `  ${line}`), "};"];

function description(model: AppModel, naming: Naming, resources: readonly ResourceModel[]): string {
  const operation = ({ declaration, on, effect }: CustomOperationModel) => [
    declaration.name,
    { ...(on === "nothing" ? {} : { on }), path: kebabCase(declaration.name), effect },
  ];
  const { versions, apiVersion } = model;
  const value = {
    ...(versions && apiVersion ? { version: { header: versions.header, date: apiVersion.date } } : {}),
    resources: Object.fromEntries(
      resources.map((resource) => [
        resource.name,
        {
          path: resource.path,
          standard: standardOf(model, resource),
          custom: Object.fromEntries(customsOf(model, resource).map(operation)),
        },
      ]),
    ),
    operations: Object.fromEntries(customsOf(model, undefined).map(operation)),
  };
  return `const ${naming.api}Description: ApiDescription = ${JSON.stringify(value, null, 2)};`;
}

const factory = (model: AppModel, { api }: Naming): string =>
  [
    ...docText(`Makes a client of ${model.backend.title ?? model.name}.`, ""),
    `export function create${api}Client(options: ClientOptions): ${api}Client {`,
    `  return createDescribedClient<${api}Api>(${api}Description, options);`,
    "}",
  ].join("\n");

const rule = "// What follows is the same in every client: how calls are sent.";
