import type { FieldSpec, JsonSchema } from "../../declare/field-spec.ts";
import type { FieldModel, ResourceModel } from "../../model/app-model.ts";
import { createSchema, patchSchema, recordSchema } from "../../model/json-schema.ts";
import { capitalise } from "../../model/names.ts";
import { closedObject } from "../../model/schema-parts.ts";
import { idSchema, membersSchema } from "../../model/value-schema.ts";
import type { ComponentRef } from "./components.ts";
import { type Describing, withArticle, wordsOf } from "./describing.ts";
import { embedSchemas } from "./embedded-schema.ts";
import { createExample, membersExample, patchExample, recordExample } from "./example-value.ts";

/** The schema of a record as it is read. */
export function recordRef(describing: Describing, resource: ResourceModel): ComponentRef {
  const name = capitalise(resource.name);
  return describing.components.ref("schemas", name, () => ({
    ...recordSchema(resource, { embed: embedderFor(describing, name) }, (field) =>
      relationSchema(describing, field),
    ),
    ...(resource.description === undefined ? {} : { description: resource.description }),
    ...exampled(recordExample(resource)),
  }));
}

/** One page of records. */
export function pageRef(describing: Describing, resource: ResourceModel): ComponentRef {
  return describing.components.ref("schemas", `${capitalise(resource.name)}Page`, () => ({
    ...closedObject(
      [
        ["data", { type: "array", items: recordRef(describing, resource) }],
        [
          "nextCursor",
          {
            type: ["string", "null"],
            description: "Give it back as `cursor` for the next page; null at the end, and only there.",
          },
        ],
      ],
      ["data", "nextCursor"],
    ),
    description: `A page of ${wordsOf(resource.plural)}.`,
  }));
}

/** What is sent to create a record. */
export function createRef(describing: Describing, resource: ResourceModel): ComponentRef {
  const name = `${capitalise(resource.name)}Create`;
  const embed = embedderFor(describing, capitalise(resource.name));
  return describing.components.ref("schemas", name, () => ({
    ...createSchema(resource, { trusted: false, embed }),
    description: `What ${withArticle(resource.name)} is created from.`,
    ...exampled(createExample(resource)),
  }));
}

/** What is sent to change a record. */
export function updateRef(describing: Describing, resource: ResourceModel): ComponentRef {
  const name = `${capitalise(resource.name)}Update`;
  const embed = embedderFor(describing, capitalise(resource.name));
  return describing.components.ref("schemas", name, () => ({
    ...patchSchema(resource, { trusted: false, embed }),
    description:
      "A merge patch (RFC 7396): members left out stay as they are, null removes a value, lists are replaced whole.",
    ...exampled(patchExample(resource)),
  }));
}

/** Input or output of a command or query. */
export function membersRef(
  describing: Describing,
  name: string,
  members: ReadonlyMap<string, FieldSpec>,
  side: "create" | "output",
): ComponentRef {
  return describing.components.ref("schemas", name, () => ({
    ...membersSchema(members, { side, trusted: false, embed: embedderFor(describing, name) }),
    ...exampled(membersExample(members)),
  }));
}

/** Schemas with references of their own are numbered in the order in which they are met. */
function embedderFor(describing: Describing, owner: string) {
  const names = new Map<JsonSchema, string>();
  return embedSchemas(describing.components, (schema) => {
    let name = names.get(schema);
    if (name === undefined) {
      name = `${owner}Json${names.size === 0 ? "" : names.size + 1}`;
      names.set(schema, name);
    }
    return name;
  });
}

/**
 * A relation as it is read: an id, or with `expand` the record. Records that nobody can read are never shown,
 * and what one caller may not read is null for them.
 */
function relationSchema(describing: Describing, field: FieldModel): JsonSchema | undefined {
  const { relation, spec } = field;
  const target = relation && describing.model.resources.get(relation.target);
  if (!relation || !target || target.access.read.op === "never") return undefined;
  const record = recordRef(describing, target);
  if (relation.kind === "one") {
    const said = [
      spec.description,
      `The id; with \`expand=${field.name}\` the record, or null when it may not be read.`,
    ];
    const missing = spec.optional || target.access.read.op !== "always" ? [{ type: "null" }] : [];
    return {
      description: said.filter((part) => part !== undefined).join("\n\n"),
      anyOf: [idSchema(spec.key, { side: "output", trusted: false, embed: () => ({}) }), record, ...missing],
    };
  }
  const said = [
    spec.description,
    `Shown with \`expand=${field.name}\`: at most ${relation.embedLimit} records.`,
  ];
  return {
    ...closedObject(
      [
        ["data", { type: "array", items: record, maxItems: relation.embedLimit }],
        ["hasMore", { type: "boolean", description: "Whether there are more than are shown." }],
      ],
      ["data", "hasMore"],
    ),
    description: said.filter((part) => part !== undefined).join("\n\n"),
  };
}

const exampled = (example: unknown): JsonSchema => (example === undefined ? {} : { examples: [example] });
