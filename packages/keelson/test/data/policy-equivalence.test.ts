import fc from "fast-check";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anonymous, type Caller, type Claims, user } from "../../src/base/caller.ts";
import { bind } from "../../src/data/bind.ts";
import { asBoolean, compileExpression } from "../../src/data/plan/compile-expression.ts";
import { fromTable, rootScope } from "../../src/data/plan/scope.ts";
import { columnOf, compilePlan, type Plan } from "../../src/data/plan/sql.ts";
import type { Expr } from "../../src/declare/expression.ts";
import { checkExpression } from "../../src/model/checks/check-expression.ts";
import { Findings } from "../../src/model/checks/findings.ts";
import { evaluate, type RowAccess } from "../../src/model/evaluate-expression.ts";
import { specialise } from "../../src/model/specialise-expression.ts";
import type { TestServer } from "../../src/testing/database/test-server.ts";
import { testPostgres } from "../support/postgres.ts";
import { seed } from "../support/seed.ts";
import { policyModel } from "./policy/policy-model.ts";
import { accessTo, makeRows, pools, type StoredRow, uuidOf } from "./policy/policy-rows.ts";
import { storeRows } from "./policy/policy-tables.ts";
import { arbitraryLooseRule, arbitraryRule, listClaims, roles, textClaims } from "./policy/rule-arbitrary.ts";

/** Rules per run; a night run sets more. Each is decided for every row and every caller. */
const ruleCount = Number(process.env["KEELSON_POLICY_RULES"] ?? 300);
/** Printed when a run fails; set it to see the same failure again. */

const order = policyModel.resources.get("order");
if (!order) throw new Error("the model has orders");

let postgres: TestServer;
let client: pg.Client;
let rows: readonly StoredRow[];
let accesses: readonly { readonly id: string; readonly access: RowAccess }[];

beforeAll(async () => {
  postgres = await testPostgres();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query("set timezone = 'UTC'; set jit = off");
  rows = makeRows(uniform(seed));
  await storeRows(client, rows);
  const access = accessTo(rows);
  accesses = rows.filter((row) => row.resource === order).map((row) => ({ id: row.id, access: access(row) }));
});

afterAll(async () => {
  await client?.end();
  await postgres?.stop();
});

describe("the same rule decides the same in SQL and in memory", () => {
  test(`for generated rules, every row and every caller (seed ${seed})`, async () => {
    let decisions = 0;
    let allowed = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryRule([order], 3),
        arbitraryCallers,
        fc.boolean(),
        async (rule, callers, flag) => {
          for (const caller of callers) {
            const ids = await allowedInSql(rule, caller, flag, (text) => text);
            expect(ids).toEqual(allowedInMemory(rule, caller));
            decisions += accesses.length;
            allowed += ids.length;
          }
        },
      ),
      { seed, numRuns: ruleCount },
    );
    expect(decisions).toBeGreaterThanOrEqual(Math.min(20_000, ruleCount * accesses.length));
    // Rules that all allow, or all refuse, would prove nothing.
    expect(allowed / decisions).toBeGreaterThan(0.1);
    expect(allowed / decisions).toBeLessThan(0.9);
  });

  test("and deciding what the caller's standing decides changes nothing", () => {
    fc.assert(
      fc.property(arbitraryRule([order], 3), arbitraryCallers, (rule, callers) => {
        for (const caller of callers) {
          expect(allowedInMemory(specialise(rule, standingOf(caller)), caller)).toEqual(
            allowedInMemory(rule, caller),
          );
        }
      }),
      { seed, numRuns: ruleCount },
    );
  });
});

test("whatever the check of declarations lets pass, PostgreSQL can run, and decides the same", async () => {
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryLooseRule(order), arbitraryCallers, async (rule, callers) => {
      const findings = new Findings();
      const context = { findings, where: "", resources: policyModel.resources, roles: undefined };
      checkExpression(context, rule, [order]);
      if (findings.diagnostics.length > 0) return;
      passed += 1;
      for (const caller of callers) {
        const ids = await allowedInSql(rule, caller, false, (text) => text);
        expect(ids).toEqual(allowedInMemory(rule, caller));
      }
    }),
    { seed, numRuns: ruleCount * 10 },
  );
  expect(passed).toBeGreaterThan(ruleCount / 2);
});

describe("the comparison notices", () => {
  const mutants: readonly (readonly [string, RegExp, string])[] = [
    ["negation in three-valued logic", / is not true/g, " is false"],
    ["a missing value that differs", / <> /g, " is distinct from "],
    ["a missing value that equals", / = (?!any)/g, " is not distinct from "],
    ["greater for greater or equal", / >= /g, " > "],
    ["alternatives for conditions", / and /g, " or "],
    ["rows that were deleted", /"deleted_at" is null/g, '"deleted_at" is distinct from now()'],
    ["the wrong end of a relation", /"order_id" = /g, '"label_id" = '],
  ];
  test.each(mutants)("%s", async (_name, pattern, replacement) => {
    const run = await fc.check(
      fc.asyncProperty(
        arbitraryRule([order], 3),
        arbitraryCallers,
        fc.boolean(),
        async (rule, callers, flag) => {
          for (const caller of callers) {
            const ids = await allowedInSql(rule, caller, flag, (text) =>
              text.replaceAll(pattern, replacement),
            );
            if (ids.join() !== allowedInMemory(rule, caller).join()) return false;
          }
          return true;
        },
      ),
      { seed: 1, numRuns: 1_000, endOnFailure: true },
    );
    // By a difference, not because the changed text was no SQL.
    expect(String(run.errorInstance)).toContain("by returning false");
  });
});

/** A linear congruential stream of numbers in [0, 1); fast-check's own doubles crowd near zero. */
function uniform(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const standingOf = (caller: Caller) => ({
  signedIn: caller.kind === "user",
  roles: new Set<string>(caller.roles),
});

function allowedInMemory(rule: Expr, caller: Caller): readonly string[] {
  return accesses.filter(({ access }) => evaluate(rule, { rows: [access], caller, now })).map(({ id }) => id);
}

/** Between the moments in the pools, so that it does not matter that the statement's own time is another. */
const now = new Date().toISOString();

/** Asks as a condition of the statement, or as a flag in its select list. */
async function allowedInSql(
  rule: Expr,
  caller: Caller,
  asFlag: boolean,
  change: (text: string) => string,
): Promise<readonly string[]> {
  const plan = planFor(specialise(rule, standingOf(caller)), asFlag);
  const text = change(plan.statement.text);
  const { rows: found } = await client.query({ text, values: bind(plan, [], caller), rowMode: "array" });
  return found.filter(([, flag]) => flag === true).map(([id]) => id as string);
}

function planFor(rule: Expr, asFlag: boolean): Plan {
  if (!order) throw new Error("the model has orders");
  const scope = rootScope(policyModel, order);
  const id = columnOf(scope.alias, "id");
  const condition = compileExpression(rule, scope);
  return compilePlan(
    asFlag
      ? sql`select ${id}, ${asBoolean(condition)} from ${fromTable(scope)} order by 1`
      : sql`select ${id}, true from ${fromTable(scope)} where ${condition} order by 1`,
  );
}

const callerTexts = [
  ...pools.text,
  ...pools.uuid,
  uuidOf(1).toUpperCase().replace("0190", "019A"),
] as string[];
const oddClaims: fc.Arbitrary<unknown> = fc.constantFrom(1, true, null, {}, "a", "\0", "\ud800", [
  "a",
  1,
  null,
  "\0",
]);

const arbitraryClaims: fc.Arbitrary<Claims> = fc
  .record({
    team: fc.constantFrom(...callerTexts),
    teams: fc.subarray(callerTexts, { maxLength: 6 }),
    odd: oddClaims,
  })
  .map((claims): Claims => claims);

const arbitraryCallers: fc.Arbitrary<readonly Caller[]> = fc
  .array(
    fc
      .tuple(fc.constantFrom(...callerTexts), fc.subarray([...roles]), arbitraryClaims)
      .map(([id, held, claims]) => user(id, held, claims)),
    { minLength: 2, maxLength: 2 },
  )
  .map((users) => [anonymous, ...users]);

// The names must stay in step with the claims that callers carry.
void ([...textClaims, ...listClaims] satisfies readonly ("team" | "teams" | "absent" | "odd")[]);
