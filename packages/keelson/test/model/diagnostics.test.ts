import { describe, expect, test } from "vitest";
import { DiagnosticError, formatDiagnostic } from "../../src/base/diagnostic.ts";
import { everyone } from "../../src/declare/access.ts";
import { text } from "../../src/declare/field.ts";
import { mixin, resource } from "../../src/declare/resource.ts";
import { loadModel } from "../../src/model/load-model.ts";
import { type WrongDeclarations, withFields, withResources } from "./diagnostics/wrong.ts";
import { wrongBackends } from "./diagnostics/wrong-backends.ts";
import { wrongCaches } from "./diagnostics/wrong-caches.ts";
import { wrongFields } from "./diagnostics/wrong-fields.ts";
import { wrongIntegrations } from "./diagnostics/wrong-integrations.ts";
import { wrongJobs } from "./diagnostics/wrong-jobs.ts";
import { wrongLimits } from "./diagnostics/wrong-limits.ts";
import { wrongLists } from "./diagnostics/wrong-lists.ts";
import { wrongNames } from "./diagnostics/wrong-names.ts";
import { wrongOperations } from "./diagnostics/wrong-operations.ts";
import { wrongRelations } from "./diagnostics/wrong-relations.ts";
import { wrongRules } from "./diagnostics/wrong-rules.ts";
import { wrongStorage } from "./diagnostics/wrong-storage.ts";
import { wrongVersions } from "./diagnostics/wrong-versions.ts";

const groups: Readonly<Record<string, WrongDeclarations>> = {
  backends: wrongBackends,
  names: wrongNames,
  fields: wrongFields,
  relations: wrongRelations,
  storage: wrongStorage,
  operations: wrongOperations,
  rules: wrongRules,
  lists: wrongLists,
  versions: wrongVersions,
  limits: wrongLimits,
  caches: wrongCaches,
  jobs: wrongJobs,
  integrations: wrongIntegrations,
};

/** Everything that loading says about a declaration. */
function found(declare: () => unknown) {
  try {
    return loadModel(declare()).warnings;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}

describe("wrong declarations are diagnosed", () => {
  test.each(Object.entries(groups))("%s", async (group, cases) => {
    const pages = Object.entries(cases).map(
      ([title, declare]) => `# ${title}\n\n${found(declare).map(formatDiagnostic).join("\n")}\n`,
    );
    await expect(pages.join("\n")).toMatchFileSnapshot(`../golden/diagnostics/${group}.txt`);
  });

  const all = Object.entries(groups).flatMap(([group, cases]) =>
    Object.entries(cases).map(([title, declare]) => [`${group}: ${title}`, declare] as const),
  );

  test.each(all)("%s: says where, what, and what to write instead", (_title, declare) => {
    const diagnostics = found(declare);
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const { code, where, what, instead } of diagnostics) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(where).not.toMatch(/undefined|\[object/);
      expect(what).toMatch(/^\S.*[.?]$/s);
      expect(instead).toMatch(/^\S.*[.;:)]$/s);
    }
  });

  test("all at once, from declarations and from the linked model", () => {
    const codes = found(() =>
      withFields(
        { note: text({ pattern: "(?=a)" }), mail: text().renamedFrom("note") },
        { list: { filter: ["nots"], maxLimit: -1 } },
      ),
    ).map((diagnostic) => diagnostic.code);
    expect(codes).toEqual(["invalid-pattern", "rename-clash", "invalid-path", "invalid-limit"]);
  });
});

describe("right declarations are not", () => {
  test("a field of a mixin that the resource declares anew", () => {
    const tenant = mixin({ fields: { tenant: text() } });
    const order = resource("order", {
      mixins: [tenant],
      fields: { tenant: text({ max: 20 }) },
      access: { read: everyone },
    });
    expect(found(() => withResources([order]))).toEqual([]);
  });

  test("indexes whose names are too long to be spelt out", () => {
    const long = `name${"Of".repeat(14)}`;
    const fields = { [long]: text({ max: 20 }).unique(), [`${long}Other`]: text({ max: 20 }) };
    const declare = () => withFields(fields, { indexes: [{ on: [`${long}Other`, long] }] });
    expect(found(declare)).toEqual([]);
    const names =
      loadModel(declare())
        .model.resources.get("order")
        ?.indexes.map((index) => index.name) ?? [];
    expect(new Set(names).size).toBe(names.length);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(63);
  });

  test("an index in the order of a list, from the other end", () => {
    const declare = () =>
      withFields(
        { note: text() },
        { list: { sort: ["createdAt"] }, indexes: [{ on: ["-createdAt", "-id"] }] },
      );
    expect(found(declare)).toEqual([]);
    expect(loadModel(declare()).model.resources.get("order")?.indexes.length).toBe(1);
  });

  test("names that SQL or JavaScript reserve but quoted identifiers and members allow", () => {
    const fields = { select: text(), table: text(), class: text(), delete: text(), user: text() };
    expect(found(() => withFields(fields, {}, "group"))).toEqual([]);
  });
});
