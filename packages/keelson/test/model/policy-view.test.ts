import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anonymous, type Caller, system, user } from "../../src/base/caller.ts";
import { always, never } from "../../src/declare/expression.ts";
import { and, backend, command, eq, isNull, not, or, resource, text } from "../../src/index.ts";
import type { CustomOperationModel } from "../../src/model/app-model.ts";
import { linkModel } from "../../src/model/link-model.ts";
import { allRoles, policyViews } from "../../src/model/policy-view.ts";

/** Twelve roles that rules ask for, in every place where a rule can stand. */
const known = Array.from({ length: 12 }, (_, i) => `r${i}`) as [string, ...string[]];
const paper = resource("paper", {
  fields: { author: text(), grade: text().optional(), key: text().optional().writeOnly() },
  access: {
    read: (row, caller) => or(caller.is("r0", "r1"), eq(row.author, caller.id)),
    create: (_row, caller) => and(caller.signedIn, not(caller.is("r2"))),
    update: (row, caller) => and(caller.is("r3"), isNull(row.grade)),
    delete: (row, caller) => and(caller.is("r4", "r5"), eq(row.author, caller.id)),
    fields: {
      grade: { read: (_row, caller) => caller.is("r6", "r7"), write: (_row, caller) => caller.is("r8") },
      key: { write: (_row, caller) => caller.is("r9") },
    },
  },
});
const publish = command(paper, "publish", {
  access: (_row, caller) => caller.is("r10", "r11"),
  run: () => {},
});
const model = linkModel(backend({ name: "papers", resources: [paper], commands: [publish] }));
const papers = model.resources.get("paper");
if (!papers) throw new Error("the model has papers");
const grade = papers.fields.get("grade");
const key = papers.fields.get("key");
const operation = model.operations.get("paper.publish") as CustomOperationModel;
if (!grade || !key) throw new Error("papers have grades and keys");

const heldRoles = fc.array(fc.constantFrom(...known, "unknown", "r1.r2", "r", "0", "", "1.2"), {
  maxLength: 8,
});
const arbitraryCaller: fc.Arbitrary<Caller> = fc.oneof(
  { arbitrary: heldRoles.map((roles) => user("u", roles)), weight: 8 },
  { arbitrary: fc.constantFrom<Caller>(anonymous, system("test")), weight: 1 },
);

/** Who is told apart: by kind, and among users by the roles that rules ask for. */
const standing = (caller: Caller): string =>
  caller.kind === "user" ? `user ${known.filter((role) => caller.roles.includes(role)).join()}` : caller.kind;

describe("a view", () => {
  test("has a signature of its own for everyone whose rules may differ, and for nobody else", () => {
    const viewOf = policyViews(model);
    fc.assert(
      fc.property(arbitraryCaller, arbitraryCaller, (one, other) => {
        const same = viewOf(one).signature === viewOf(other).signature;
        expect(same).toBe(standing(one) === standing(other));
        if (same) expect(viewOf(one)).toBe(viewOf(other));
      }),
      { numRuns: 2_000 },
    );
  });

  test("has another signature for every set of roles, however many roles there are", () => {
    const many = Array.from({ length: 30 }, (_, i) => `m${i}`) as [string, ...string[]];
    const sheet = resource("sheet", {
      fields: { text: text() },
      access: { read: (_row, caller) => caller.is(...many) },
    });
    const viewOf = policyViews(linkModel(backend({ name: "sheets", resources: [sheet] })));
    const sets = [
      [],
      ...many.map((role) => [role]),
      ...many.flatMap((role, i) => many.slice(i + 1).map((other) => [role, other])),
    ];
    expect(new Set(sets.map((roles) => viewOf(user("u", roles)).signature)).size).toBe(sets.length);
  });

  test("knows the roles of all rules", () => {
    expect([...allRoles(model)].sort()).toEqual([...known].sort());
  });

  test("stays right when there are more combinations than are remembered", () => {
    const viewOf = policyViews(model);
    for (let bits = 0; bits < 2 ** known.length; bits += 1) {
      const roles = known.filter((_role, i) => (bits >> i) % 2 === 1);
      const view = viewOf(user("u", roles));
      const is = (...asked: string[]) => asked.some((role) => roles.includes(role));
      expect(view.rule(papers, "read") === always).toBe(is("r0", "r1"));
      expect(view.rule(papers, "create")).toBe(is("r2") ? never : always);
      expect(view.rule(papers, "update") === never).toBe(!is("r3"));
      expect(view.rule(papers, "delete") === never).toBe(!is("r4", "r5"));
      expect(view.fieldRead(papers, grade)).toBe(is("r6", "r7") ? always : never);
      expect(view.fieldWrite(papers, grade)).toBe(is("r8") ? always : never);
      expect(view.fieldWrite(papers, key)).toBe(is("r9") ? always : never);
      expect(view.custom(operation)).toBe(is("r10", "r11") ? always : never);
    }
  });

  test("shows a write-only field to nobody but the system", () => {
    const viewOf = policyViews(model);
    for (const caller of [anonymous, user("u"), user("u", known)])
      expect(viewOf(caller).fieldRead(papers, key)).toBe(never);
    expect(viewOf(system("test")).fieldRead(papers, key)).toBe(always);
  });

  test("lets the system do everything, and callers without credentials nothing that asks for them", () => {
    const viewOf = policyViews(model);
    for (const kind of ["read", "create", "update", "delete"] as const) {
      expect(viewOf(system("test")).rule(papers, kind)).toBe(always);
      expect(viewOf(anonymous).rule(papers, kind)).toBe(never);
    }
  });
});
