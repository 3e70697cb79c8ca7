import type { ResourceModel } from "../../model/app-model.ts";
import { capitalise } from "../../model/names.ts";
import { idSchema } from "../../model/value-schema.ts";
import type { ComponentRef, Components, OpenApiObject } from "./components.ts";

const tagged = { type: "string", examples: ['"3"'] } as const;

const idempotencyKey = {
  type: "string",
  minLength: 1,
  // The key itself has at most 255; it may come between quotes, with a backslash before each of its quotes.
  maxLength: 512,
  examples: ['"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
} as const;

const shared = {
  Id: {
    name: "id",
    in: "path",
    required: true,
    description: "The id of the record.",
    schema: { type: "string", format: "uuid" },
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "Answers 304 when the record still has this version.",
    schema: tagged,
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "Goes on only when the record has one of these versions; otherwise 412.",
    schema: tagged,
  },
  RequiredIfMatch: {
    name: "If-Match",
    in: "header",
    required: true,
    description: "The version that the change was made for; 412 when the record has another.",
    schema: tagged,
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "A new UUID for a new request, and the same one again when it is repeated: then it has its effect once, and every repetition gets the first answer.",
    schema: idempotencyKey,
  },
  RequiredIdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: true,
    description:
      "A new UUID for a new request, and the same one again when it is repeated: then it has its effect once, and every repetition gets the first answer.",
    schema: idempotencyKey,
  },
  Atomic: {
    name: "atomic",
    in: "query",
    description: "With `false` items stand by themselves, and the answer (207) says how each fared.",
    schema: { type: "boolean", default: true },
  },
  Prefer: {
    name: "Prefer",
    in: "header",
    description: "With `return=minimal` the answer does without the record.",
    schema: { type: "string", enum: ["return=minimal", "return=representation"] },
  },
  Cursor: {
    name: "cursor",
    in: "query",
    description:
      "Where to go on: `nextCursor` of the page before, with the same filter and sort. Good for three days.",
    schema: { type: "string", maxLength: 65_536 },
  },
} as const satisfies Readonly<Record<string, OpenApiObject>>;

/** A parameter that means the same wherever it stands. */
export const sharedParameter = (components: Components, name: keyof typeof shared): ComponentRef =>
  components.ref("parameters", name, () => shared[name]);

/** The id in a path: a UUID for most resources, and for others whatever their key is. */
export function idParameter(components: Components, resource: ResourceModel): ComponentRef {
  const key = resource.fields.get("id")?.spec.key;
  if (key === undefined) return sharedParameter(components, "Id");
  const schema = idSchema(key, { side: "output", trusted: false, embed: () => ({}) });
  return components.ref("parameters", `${capitalise(resource.name)}Id`, () => ({ ...shared.Id, schema }));
}
