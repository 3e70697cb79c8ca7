import fc from "fast-check";
import { anonymous, type Caller, user } from "../../../src/base/caller.ts";
import { always, type Expr, never } from "../../../src/declare/expression.ts";
import type { PolicyView } from "../../../src/model/policy-view.ts";
import { specialise } from "../../../src/model/specialise-expression.ts";
import { policyModel } from "../policy/policy-model.ts";
import { pools } from "../policy/policy-rows.ts";
import { arbitraryRule, roles } from "../policy/rule-arbitrary.ts";
import type { Rules } from "./reference-reader.ts";

/** Rules for every resource and for some fields: mostly open, so that there is something left to read. */
export const arbitraryRules: fc.Arbitrary<Rules> = fc
  .record(
    Object.fromEntries(
      [...policyModel.resources.values()].map((resource) => {
        const rule = arbitraryRule([resource], 1);
        const names = [...resource.fields.values()].filter((field) => !field.system).map(({ name }) => name);
        const read = fc.oneof(
          { arbitrary: fc.constant<Expr>(always), weight: 5 },
          { arbitrary: rule, weight: 4 },
          { arbitrary: fc.constant<Expr>(never), weight: 1 },
        );
        return [
          resource.name,
          fc.record({ read, fields: fc.dictionary(fc.constantFrom(...names), rule, { maxKeys: 3 }) }),
        ];
      }),
    ),
  )
  .map((byResource) => ({
    read: (resource) => byResource[resource]?.read ?? never,
    field: (resource, field) => byResource[resource]?.fields[field] ?? always,
  }));

export const arbitraryCaller: fc.Arbitrary<Caller> = fc.oneof(
  { arbitrary: fc.constant<Caller>(anonymous), weight: 1 },
  {
    arbitrary: fc
      .record({
        id: fc.constantFrom(...([...pools.text, ...pools.uuid] as string[])),
        held: fc.subarray([...roles]),
        team: fc.constantFrom(...([...pools.text, ...pools.uuid] as string[])),
        teams: fc.subarray([...pools.text, ...pools.uuid] as string[], { maxLength: 5 }),
      })
      .map(({ id, held, team, teams }): Caller => user(id, held, { team, teams })),
    weight: 3,
  },
);

let views = 0;

/** The rules as they stand for a caller. */
export function viewOf(rules: Rules, caller: Caller): PolicyView {
  views += 1;
  const standing = { signedIn: caller.kind === "user", roles: new Set<string>(caller.roles) };
  return {
    signature: `test${views}`,
    rule: (resource) => specialise(rules.read(resource.name), standing),
    fieldRead: (resource, field) => specialise(rules.field(resource.name, field.name), standing),
    fieldWrite: () => always,
    custom: () => never,
  };
}
