import { type Backend, backend } from "../../declare/backend.ts";
import * as fields from "../../declare/field.ts";
import * as keys from "../../declare/key.ts";
import { type AnyResource, resource } from "../../declare/resource.ts";
import type { AdoptedResource, Adoption } from "./adoption.ts";
import { isRole } from "./written-access.ts";
import type { Call, WrittenField } from "./written-call.ts";

/** The declarations as values: just what the printed files evaluate to. */
export function buildBackend({ resources }: Adoption, name: string): Backend {
  const made = new Map<string, AnyResource>();
  const find = (wanted: string): AnyResource => {
    const found = made.get(wanted);
    if (!found) throw new Error(`nothing that is adopted is called "${wanted}"`);
    return found;
  };
  for (const adopted of resources) made.set(adopted.name, buildResource(adopted, find));
  return backend({ name, roles: [isRole.role], resources: [...made.values()] });
}

type Find = (name: string) => AnyResource;
// The names come from this folder alone, and each is a function of the module it is looked up in.
type Callable = Readonly<Record<string, (...args: unknown[]) => unknown>>;

function buildResource(adopted: AdoptedResource, find: Find): AnyResource {
  const entries = [...adopted.fields].map(([name, field]) => [name, buildField(field, find)] as const);
  const { key } = adopted;
  return resource(adopted.name, {
    ...(adopted.options as object),
    ...(key.kind === "default"
      ? {}
      : { key: key.kind === "fields" ? key.fields : buildKey(key.name, key.options) }),
    fields: Object.fromEntries(entries),
    access: isRole.rules(adopted),
  } as unknown as Parameters<typeof resource>[1]) as unknown as AnyResource;
}

const buildKey = (name: string, options: unknown): unknown => (keys as unknown as Callable)[name]?.(options);

function buildField({ call, modifiers }: WrittenField, find: Find): unknown {
  const start = (fields as unknown as Callable)[call.name];
  if (!start) throw new Error(`there is no field function "${call.name}"`);
  return modifiers.reduce(
    (field: unknown, modifier) => (field as Callable)[modifier.name]?.(...argumentsOf(modifier, find)),
    start(...argumentsOf(call, find)),
  );
}

const argumentsOf = ({ args }: Call, find: Find): readonly unknown[] =>
  args.map((arg) => ("json" in arg ? arg.json : () => find(arg.resource)));
