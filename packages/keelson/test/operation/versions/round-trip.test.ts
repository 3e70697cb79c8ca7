import fc from "fast-check";
import { describe, expect, test } from "vitest";
import shop from "../../../../../examples/shop/backend.ts";
import type { FieldSpec } from "../../../src/declare/field-spec.ts";
import type { AppModel } from "../../../src/model/app-model.ts";
import { loadModel } from "../../../src/model/load-model.ts";
import { downgradeMembers } from "../../../src/operation/version/downgrade-record.ts";
import { upgradeMembers } from "../../../src/operation/version/upgrade-input.ts";
import { library } from "./library.ts";

/** Any value that a field takes. */
function valuesOf(spec: FieldSpec): fc.Arbitrary<unknown> {
  const value = plainValuesOf(spec);
  return spec.optional ? fc.oneof(value, fc.constant(null)) : value;
}

function plainValuesOf(spec: FieldSpec): fc.Arbitrary<unknown> {
  switch (spec.kind) {
    case "choice":
      return fc.constantFrom(...(spec.choices ?? []));
    case "integer":
      return fc.integer({ min: Number(spec.min ?? 0), max: Number(spec.max ?? 1_000) });
    case "boolean":
      return fc.boolean();
    case "reference":
    case "uuid":
      return fc.uuid();
    case "money":
      return fc.record({ amount: fc.nat(), currency: fc.constant("GBP") });
    case "list":
      return fc.array(valuesOf(spec.of as FieldSpec), { maxLength: 3 });
    case "object":
      return membersOf(new Map(Object.entries(spec.members ?? {})), (one) => one.optional);
    default:
      return fc.string({
        maxLength: Number(spec.max ?? 40),
        unit: fc.constantFrom("a", "b", " ", "\n", "é"),
      });
  }
}

/** Objects with these members, of which some may be missing. */
function membersOf(
  specs: ReadonlyMap<string, FieldSpec>,
  mayMiss: (spec: FieldSpec) => boolean,
): fc.Arbitrary<Record<string, unknown>> {
  const written = [...specs].filter(([, spec]) => !spec.readOnly && spec.kind !== "many");
  const values = Object.fromEntries(written.map(([name, spec]) => [name, valuesOf(spec)]));
  const required = written.filter(([, spec]) => !mayMiss(spec)).map(([name]) => name);
  return fc.record(values, { requiredKeys: required }) as fc.Arbitrary<Record<string, unknown>>;
}

/** What callers of a version see of what they wrote: objects of nothing but null are like none. */
function seen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(seen);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, one]) => [name, seen(one)] as const);
  const there = members.filter(([, one]) => one !== null && one !== undefined);
  return there.length === 0 ? null : Object.fromEntries(there);
}

interface Part {
  readonly name: string;
  readonly specs: ReadonlyMap<string, FieldSpec>;
  readonly part: Parameters<typeof upgradeMembers>[0];
}

function partsOf(model: AppModel): readonly Part[] {
  return [...(model.versions?.known.values() ?? [])].flatMap((version) => [
    ...[...version.resources].map(([name, part]) => {
      const fields = [...(version.model.resources.get(name)?.fields.values() ?? [])];
      const specs = new Map(fields.filter((field) => !field.system).map((field) => [field.name, field.spec]));
      return { name: `${version.date} ${name}`, specs, part };
    }),
    ...[...version.operations].flatMap(([name, { input }]) => {
      const operation = version.model.operations.get(name);
      const specs = operation?.kind === "custom" ? operation.input : undefined;
      return input && specs ? [{ name: `${version.date} ${name}`, specs, part: input }] : [];
    }),
  ]);
}

const parts = [library, shop].flatMap((backend) => partsOf(loadModel(backend).model));

describe("for every version, what is upgraded and downgraded again is what the caller knows", () => {
  test.each(parts.map((part) => [part.name, part] as const))("%s, complete", (_name, { specs, part }) => {
    const input = membersOf(specs, (spec) => spec.optional || spec.default !== undefined);
    fc.assert(
      fc.property(input, (given) => {
        const before = structuredClone(given);
        const now = structuredClone(upgradeMembers(part, given, "create"));
        expect(given).toEqual(before);
        downgradeMembers(part, now);
        // Read-only members are shown whatever was written.
        const known = Object.fromEntries(
          Object.entries(now).filter(([name]) => specs.get(name)?.readOnly !== true),
        );
        expect(seen(known)).toEqual(seen(given));
      }),
    );
  });

  test.each(parts.map((part) => [part.name, part] as const))("%s, as a patch", (_name, { specs, part }) => {
    fc.assert(
      fc.property(
        membersOf(specs, () => true),
        (given) => {
          const now = structuredClone(upgradeMembers(part, given, "patch"));
          downgradeMembers(part, now);
          for (const [name, value] of Object.entries(given))
            expect(seen(now[name] ?? null)).toEqual(seen(value));
        },
      ),
    );
  });

  test("there are some", () => expect(parts.length).toBeGreaterThan(8));
});
