import { describe, expect, test } from "vitest";
import { errorCatalogue } from "../../src/base/error.ts";
import { defaultJsonLimits } from "../../src/base/parse-json.ts";
import { problemTypeBase } from "../../src/contract/problem-type.ts";
import * as declare from "../../src/declare/field.ts";
import type { FieldSpec } from "../../src/declare/field-spec.ts";
import { columnsOf } from "../../src/model/columns.ts";
import { maxSortKeys } from "../../src/model/sort-key.ts";
import { maxFilterLeaves, maxFilterValues } from "../../src/operation/build-filter.ts";
import { operatorsOf } from "../../src/operation/filter-operators.ts";
import { maxExpandDepth, maxExpandedRelations } from "../../src/operation/select-nodes.ts";
import { configVariables } from "../../src/runtime/config.ts";
import { testVariables } from "../../src/runtime/test-settings.ts";
import { defaultHttpLimits } from "../../src/transport/http/http-limits.ts";
import { codeWords, pageOf, tablesUnder } from "./read-docs.ts";

const rest = pageOf("docs/rest.md");
const modelling = pageOf("docs/modelling.md");
const operating = pageOf("docs/operating.md");

describe("the table of errors", () => {
  const rows = tablesUnder(rest, "Errors").filter(([first = ""]) => first.startsWith("<a id="));

  test("is the catalogue, in its order, with an anchor for each code", () => {
    expect(rows).toEqual(
      Object.entries(errorCatalogue).map(([code, { status, title, remedy }]) => [
        `<a id="${code}"></a>\`${code}\``,
        String(status),
        title,
        remedy,
      ]),
    );
  });

  test("stands under the type that problems have", () => {
    expect(rest.text).toContain(`\`${problemTypeBase}<code>\``);
  });
});

test("the table of variables is what is read", () => {
  expect(tablesUnder(operating, "Configuration")).toEqual(
    Object.entries(configVariables).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
});

test("the table of variables for tests is what is read", () => {
  expect(tablesUnder(pageOf("docs/testing.md"), "The database").slice(-2)).toEqual(
    Object.entries(testVariables).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
});

/** A plain field of each kind. */
const samples: Readonly<Record<FieldSpec["kind"], FieldSpec>> = {
  text: declare.text().spec,
  integer: declare.integer().spec,
  bigint: declare.bigint().spec,
  decimal: declare.decimal().spec,
  number: declare.number().spec,
  boolean: declare.boolean().spec,
  choice: declare.choice("a").spec,
  money: declare.money().spec,
  date: declare.date().spec,
  timestamp: declare.timestamp().spec,
  uuid: declare.uuid().spec,
  email: declare.email().spec,
  url: declare.url().spec,
  json: declare.json({}).spec,
  list: declare.list(declare.text()).spec,
  object: declare.object({ a: declare.text() }).spec,
  reference: declare.selfReference("other").spec,
  many: declare.many("other", { via: "this" }).spec,
  manyToMany: declare.manyToMany(() => ({ name: "other" })).spec,
};

describe("the table of field kinds", () => {
  const rows = tablesUnder(modelling, "Field kinds");

  test("has every kind, with its columns", () => {
    const documented = rows.map(([kind = "", , columns = ""]) => [
      codeWords(kind)[0],
      columns === "none" ? [] : codeWords(columns),
    ]);
    const actual = Object.entries(samples).map(([kind, spec]) => [
      kind,
      columnsOf("things", "it", spec).map((column) => column.type),
    ]);
    expect(documented).toEqual(actual);
  });

  test("is of functions that there are", () => {
    for (const [kind = ""] of rows) expect(declare).toHaveProperty(codeWords(kind)[0] ?? "");
  });
});

test("the table of modifiers names methods of a field", () => {
  const names = tablesUnder(modelling, "Modifiers").flatMap(([names = ""]) =>
    codeWords(names).map((word) => /^\.(\w+)\(/.exec(word)?.[1]),
  );
  const methods = Object.getOwnPropertyNames(declare.Field.prototype).filter(
    (name) => name !== "constructor" && name !== "with",
  );
  expect(names.toSorted()).toEqual(methods.toSorted());
});

describe("the table of filter operators", () => {
  const documented = new Map(
    tablesUnder(rest, "Filters").flatMap(([kinds = "", operators = ""]) =>
      kinds.split(", ").map((kind) => [kind, codeWords(operators)] as const),
    ),
  );

  test.each(Object.entries(samples))("is right about %s", (kind, spec) => {
    if (["json", "list", "object", "many", "manyToMany"].includes(kind)) {
      expect(documented.get(kind)).toEqual([]);
    } else if (kind === "money") {
      expect(documented.get("money's `amount`")).toEqual(operatorsOf(spec, "amount"));
      expect(documented.get("money's `currency`")).toEqual(operatorsOf(spec, "currency"));
    } else expect(documented.get(kind)).toEqual(operatorsOf(spec, undefined));
  });
});

test("the table of limits has the numbers that hold", () => {
  const documented = new Map(tablesUnder(rest, "Limits").map(([what = "", limit = ""]) => [what, limit]));
  const number = (value: number) => value.toLocaleString("en");
  const http = defaultHttpLimits;
  expect(Object.fromEntries(documented)).toMatchObject({
    "request body, as sent and decompressed": `${number(http.maxBodyBytes)} bytes`,
    "request target": `${number(http.maxTargetLength)} characters`,
    "header section": `${number(http.maxHeaderBytes)} bytes, ${http.maxHeaders} fields`,
    "query parameters": String(http.maxParameters),
    "header section must arrive within": `${http.headersTimeoutMs / 1000} s`,
    "whole request must arrive within": `${http.requestTimeoutMs / 1000} s`,
    "JSON nesting": `${defaultJsonLimits.maxDepth} levels`,
    "JSON members in one body": number(defaultJsonLimits.maxKeys),
    "JSON values in one body": number(defaultJsonLimits.maxValues),
    "comparisons in a filter": String(maxFilterLeaves),
    "values of `in` and `nin`": String(maxFilterValues),
    "sort keys": String(maxSortKeys),
    "depth of `expand`": `${maxExpandDepth} levels`,
    "relations in `expand`": String(maxExpandedRelations),
  });
});
