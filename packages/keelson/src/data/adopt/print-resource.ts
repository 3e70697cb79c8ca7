import { kebabCase } from "../../model/names.ts";
import type { AdoptedResource, Adoption } from "./adoption.ts";
import { isRole } from "./written-access.ts";
import { printField, printValue } from "./written-call.ts";

export const resourceFile = (name: string): string => `resources/${kebabCase(name)}.ts`;

/** The file that declares a resource. */
export function printResource(adopted: AdoptedResource): string {
  const { name, fields, key } = adopted;
  const used = new Set(["resource", ...[...fields.values()].map(({ call }) => call.name)]);
  if (key.kind === "generated") used.add(key.name);
  const { description, plural, table, view, timestamps, version, ...rest } = adopted.options;
  const head = { plural, description, table, view };
  const lines = [
    ...optionLines(head),
    ...(key.kind === "default" ? [] : [`  key: ${printKey(key)},`]),
    ...optionLines({ timestamps, version }),
    "  fields: {",
    ...[...fields].map(([field, written]) => `    ${field}: ${printField(written)},`),
    "  },",
    "  // Nobody but this role gets in: say here who may do what.",
    `  access: ${isRole.printed(adopted)},`,
    ...optionLines(rest),
  ];
  const imports = adopted.imports.map((other) => `import { ${other} } from "./${kebabCase(other)}.ts";\n`);
  return `import { ${[...used].sort().join(", ")} } from "keelson";\n${imports.join("")}\nexport const ${name} = resource(${JSON.stringify(name)}, {\n${lines.join("\n")}\n});\n`;
}

function printKey(key: Exclude<AdoptedResource["key"], { kind: "default" }>): string {
  if (key.kind === "fields") return printValue(key.fields);
  return `${key.name}(${Object.keys(key.options).length === 0 ? "" : printValue(key.options)})`;
}

const optionLines = (options: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name}: ${printValue(value, "  ")},`],
  );

/** The entry file. */
export function printBackend({ resources }: Adoption, name: string): string {
  const sorted = resources.map((adopted) => adopted.name).sort();
  const imports = sorted.map((one) => `import { ${one} } from "./${resourceFile(one)}";\n`);
  const list = sorted.map((one) => `    ${one},\n`).join("");
  return `import { backend } from "keelson";\n${imports.join("")}\nexport default backend({\n  name: ${JSON.stringify(name)},\n  roles: [${JSON.stringify(isRole.role)}],\n  resources: [\n${list}  ],\n});\n`;
}
