import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";
import { describe, expect, expectTypeOf, test } from "vitest";
import quickstart from "../../../../examples/quickstart/backend.ts";
import shop from "../../../../examples/shop/backend.ts";
import { type ErrorCode, errorCatalogue, failure, KeelsonError } from "../../src/base/error.ts";
import type { Backend } from "../../src/declare/backend.ts";
import { loadModel } from "../../src/model/load-model.ts";
import { readSources } from "../architecture/read-source.ts";

const source = fileURLToPath(new URL("../../src", import.meta.url));
const codes = Object.keys(errorCatalogue);
const rows = Object.entries(errorCatalogue);

/** The texts in the first argument of every call of `failure`, and of what chooses a code before it. */
function codesUsedIn(path: string): {
  readonly asCode: readonly string[];
  readonly texts: readonly string[];
} {
  const { program } = parseSync(path, readFileSync(`${source}/${path}`, "utf8"));
  const asCode: string[] = [];
  const texts: string[] = [];
  new Visitor({
    CallExpression({ callee, arguments: [first] }) {
      if (callee.type !== "Identifier" || callee.name !== "failure" || !first) return;
      if (first.type === "Literal" && typeof first.value === "string") asCode.push(first.value);
      if (first.type === "ConditionalExpression")
        for (const branch of [first.consequent, first.alternate])
          if (branch.type === "Literal" && typeof branch.value === "string") asCode.push(branch.value);
    },
    Literal({ value }) {
      if (typeof value === "string") texts.push(value);
    },
  }).visit(program);
  return { asCode, texts };
}

const files = readSources(source).filter(({ path }) => path !== "base/error.ts");
const uses = files.map(({ path }) => ({ path, ...codesUsedIn(path) }));

describe("the catalogue of errors", () => {
  test("has every code that the source fails with", () => {
    const unknown = uses.flatMap(({ path, asCode }) =>
      asCode.filter((code) => !codes.includes(code)).map((code) => `${path}: ${code}`),
    );
    expect(unknown).toEqual([]);
    expect(uses.flatMap(({ asCode }) => asCode).length).toBeGreaterThan(30);
  });

  test("has no row that nothing fails with", () => {
    // Codes may be chosen before `failure` is called; what only describes the API does not count.
    const used = new Set(
      uses
        .filter(({ path }) => !path.startsWith("contract/"))
        .flatMap(({ asCode, texts }) => [...asCode, ...texts]),
    );
    expect(codes.filter((code) => !used.has(code))).toEqual([]);
  });

  test("gives the type of codes", () => {
    expectTypeOf<ErrorCode>().toEqualTypeOf<keyof typeof errorCatalogue>();
    expectTypeOf(failure).parameter(0).toEqualTypeOf<ErrorCode>();
  });

  test.each(rows)("words %s as a title and a sentence", (code, { status, title, remedy }) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z][^.]*[a-zA-Z]$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
    // It stands in a table of the documentation.
    expect(`${title}${remedy}`).not.toMatch(/[|\n]/);
  });

  test("has titles that tell errors apart", () => {
    const titles = rows.map(([, { title }]) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test("is grouped by status", () => {
    const statuses = rows.map(([, { status }]) => status);
    expect(statuses).toEqual(statuses.toSorted((a, b) => a - b));
  });
});

describe("failure", () => {
  test("takes status and title from the catalogue", () => {
    const error = failure("conflict", { detail: "Why.", errors: [{ code: "unique", detail: "taken." }] });
    expect(error).toBeInstanceOf(KeelsonError);
    expect(error).toMatchObject({ code: "conflict", ...pick("conflict"), detail: "Why.", message: "Why." });
    expect(error.errors).toEqual([{ code: "unique", detail: "taken." }]);
  });

  test("takes a text as the detail, and goes without", () => {
    expect(failure("not_found", "No such thing.").detail).toBe("No such thing.");
    const bare = failure("not_found");
    expect(bare.detail).toBeUndefined();
    expect(bare.message).toBe(errorCatalogue.not_found.title);
    expect([bare.errors, bare.members, bare.headers]).toEqual([[], {}, {}]);
  });

  test("keeps the cause", () => {
    const cause = new Error("inside");
    expect(failure("internal", { cause }).cause).toBe(cause);
    expect("cause" in failure("internal")).toBe(false);
  });
});

const pick = (code: ErrorCode) => ({
  status: errorCatalogue[code].status,
  title: errorCatalogue[code].title,
});

describe("declared errors", () => {
  const examples: readonly (readonly [string, Backend])[] = [
    ["shop", shop],
    ["quickstart", quickstart],
  ];

  test.each(examples)("of the %s do not clash with the catalogue", (_name, backend) => {
    const declared = [...loadModel(backend).model.operations.values()].flatMap((operation) =>
      operation.kind === "custom" ? [...operation.errors.keys()] : [],
    );
    expect(declared.filter((code) => codes.includes(code))).toEqual([]);
  });

  test("of the shop are there to be compared", () => {
    const operation = loadModel(shop).model.operations.get("order.pay");
    expect(operation?.kind === "custom" && [...operation.errors.keys()]).toEqual([
      "wrong_status",
      "card_declined",
    ]);
  });
});
