// biome-ignore-all lint/suspicious/noAssignInExpressions: each vector is one change, on one line
import { describe, expect, test } from "vitest";
import { compareAll } from "../../src/contract/compatibility/compare-all.ts";
import { compareContracts } from "../../src/contract/compatibility/compare-contracts.ts";
import type { ContractDocument } from "../../src/contract/compatibility/contract-change.ts";
import { contractRules, type Level } from "../../src/contract/compatibility/contract-rule.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents are changed at any depth
type Any = any;

const problem = (...codes: string[]) => ({
  description: "",
  content: {
    "application/problem+json": {
      schema: {
        allOf: [
          { type: "object" },
          { type: "object", properties: { code: { type: "string", enum: codes } } },
        ],
      },
    },
  },
});

/** A contract small enough to read, with one of everything that the rules tell apart. */
const base = (): Any => ({
  openapi: "3.1.2",
  info: {},
  security: [{ bearer: [] }],
  paths: {
    "/v1/orders": {
      get: {
        operationId: "listOrders",
        tags: ["Orders"],
        parameters: [
          { name: "limit", in: "query", schema: { type: "integer", minimum: 1, default: 50 } },
          { name: "status", in: "query", schema: { type: "string", enum: ["draft", "paid"] } },
          {
            name: "sort",
            in: "query",
            style: "form",
            explode: false,
            schema: { type: "array", maxItems: 5, items: { type: "string" } },
          },
          { name: "X-Trace", in: "header", schema: { type: "string" } },
          { $ref: "#/components/parameters/ApiVersion" },
        ],
        responses: {
          "200": {
            headers: { Link: {} },
            content: {
              "application/json": {
                schema: { type: "array", items: { $ref: "#/components/schemas/Order" } },
              },
            },
          },
          "400": problem("invalid_parameter"),
        },
      },
      post: {
        operationId: "createOrder",
        tags: ["Orders"],
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/OrderCreate" } } },
        },
        responses: {
          "201": { content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } } },
          "409": problem("out_of_stock", "conflict"),
        },
      },
    },
    "/v1/orders/{id}/ship": {
      post: {
        operationId: "shipOrder",
        tags: ["Orders"],
        security: [{ bearer: [] }, {}],
        responses: { "204": {} },
      },
    },
  },
  components: {
    parameters: { ApiVersion: { name: "API-Version", in: "header", schema: { type: "string" } } },
    schemas: {
      Order: {
        type: "object",
        additionalProperties: false,
        required: ["id", "status", "total"],
        properties: {
          id: { type: "string", format: "uuid" },
          status: { type: "string", enum: ["draft", "paid"] },
          total: { type: "integer", minimum: 0, maximum: 100 },
          note: { type: ["string", "null"], maxLength: 10, pattern: "a" },
          code: { type: "string", minLength: 2 },
          labels: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 3, uniqueItems: true },
          customer: {
            anyOf: [{ type: "string", format: "uuid" }, { $ref: "#/components/schemas/Customer" }],
          },
          kind: { const: "order" },
          weight: { type: "string", "x-precision": 8, "x-scale": 2 },
          free: { type: "string" },
          any: { type: "number" },
        },
      },
      OrderCreate: {
        type: "object",
        additionalProperties: false,
        required: ["customer"],
        properties: {
          customer: { type: "string", format: "uuid" },
          note: { type: ["string", "null"], maxLength: 10, pattern: "a" },
          quantity: { type: "integer", minimum: 1, maximum: 100, default: 1 },
          size: { type: "integer" },
          status: { type: "string", enum: ["draft", "paid"] },
          labels: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 3, uniqueItems: true },
          free: { type: "string" },
          code: { type: "string", minLength: 2 },
          target: { anyOf: [{ type: "string" }, { $ref: "#/components/schemas/Customer" }] },
          kind: { const: "order" },
          extra: { type: "object", properties: { a: { type: "string" } } },
        },
      },
      Customer: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
    },
  },
});

const list = (document: Any) => document.paths["/v1/orders"].get;
const create = (document: Any) => document.paths["/v1/orders"].post;
const ship = (document: Any) => document.paths["/v1/orders/{id}/ship"].post;
const read = (document: Any) => document.components.schemas.Order;
const write = (document: Any) => document.components.schemas.OrderCreate;
const given = (document: Any, name: string) => write(document).properties[name];
const shown = (document: Any, name: string) => read(document).properties[name];
const parameter = (document: Any, name: string) =>
  list(document).parameters.find((one: Any) => one.name === name);
const drop = (document: Any, name: string) => {
  list(document).parameters = list(document).parameters.filter((one: Any) => one.name !== name);
};

type Vector = readonly [rule: string, level: Level, change: (document: Any) => void];

const vectors: readonly Vector[] = [
  // Operations
  ["operation-removed", "breaking", (d) => delete d.paths["/v1/orders/{id}/ship"]],
  ["operation-added", "safe", (d) => void (d.paths["/v1/x"] = { get: { operationId: "x", responses: {} } })],
  ["operation-deprecated", "safe", (d) => void (ship(d).deprecated = true)],
  ["operation-id-changed", "risky", (d) => void (ship(d).operationId = "sendOrder")],
  ["operation-tags-changed", "safe", (d) => void (ship(d).tags = ["Shipping"])],
  ["security-tightened", "breaking", (d) => void (ship(d).security = [{ bearer: [] }])],
  ["security-loosened", "safe", (d) => void (list(d).security = [{}])],
  // Parameters
  [
    "parameter-added-required",
    "breaking",
    (d) => list(d).parameters.push({ name: "a", in: "query", required: true, schema: {} }),
  ],
  [
    "parameter-added-optional",
    "safe",
    (d) => list(d).parameters.push({ name: "a", in: "query", schema: {} }),
  ],
  ["query-parameter-removed", "breaking", (d) => drop(d, "status")],
  ["header-parameter-removed", "risky", (d) => drop(d, "X-Trace")],
  ["parameter-became-required", "breaking", (d) => void (parameter(d, "status").required = true)],
  ["parameter-default-added", "breaking", (d) => void (parameter(d, "status").schema.default = "paid")],
  ["parameter-default-changed", "breaking", (d) => void (parameter(d, "limit").schema.default = 20)],
  ["parameter-default-removed", "breaking", (d) => delete parameter(d, "limit").schema.default],
  ["parameter-style-changed", "breaking", (d) => void (parameter(d, "sort").explode = true)],
  ["parameter-deprecated", "safe", (d) => void (parameter(d, "status").deprecated = true)],
  ["request-minimum-raised", "breaking", (d) => void (parameter(d, "limit").schema.minimum = 2)],
  ["request-enum-value-removed", "breaking", (d) => parameter(d, "status").schema.enum.pop()],
  // Bodies
  [
    "request-body-added-required",
    "breaking",
    (d) => void (ship(d).requestBody = { required: true, content: {} }),
  ],
  ["request-body-added-optional", "safe", (d) => void (ship(d).requestBody = { content: {} })],
  ["request-body-removed", "breaking", (d) => delete create(d).requestBody],
  ["request-body-became-optional", "safe", (d) => delete create(d).requestBody.required],
  ["request-media-type-removed", "breaking", (d) => delete create(d).requestBody.content["application/json"]],
  ["request-media-type-added", "safe", (d) => void (create(d).requestBody.content["text/csv"] = {})],
  // What is sent
  [
    "request-property-added-required",
    "breaking",
    (d) => {
      write(d).properties.a = { type: "string" };
      write(d).required.push("a");
    },
  ],
  [
    "request-property-added-required",
    "breaking",
    (d) => {
      write(d).properties.a = { type: "string", default: "x" };
      write(d).required.push("a");
    },
  ],
  ["request-property-added-optional", "safe", (d) => void (write(d).properties.a = { type: "string" })],
  ["request-closed-property-removed", "breaking", (d) => delete write(d).properties.free],
  ["request-property-removed", "risky", (d) => delete given(d, "extra").properties.a],
  ["request-property-became-required", "breaking", (d) => write(d).required.push("free")],
  ["request-property-became-optional", "safe", (d) => void (write(d).required = [])],
  ["request-property-default-added", "risky", (d) => void (given(d, "free").default = "x")],
  ["request-property-default-changed", "breaking", (d) => void (given(d, "quantity").default = 2)],
  ["request-property-default-removed", "breaking", (d) => delete given(d, "quantity").default],
  ["request-property-deprecated", "safe", (d) => void (given(d, "free").deprecated = true)],
  ["request-type-changed", "breaking", (d) => void (given(d, "free").type = "integer")],
  ["request-type-widened", "safe", (d) => void (given(d, "size").type = "number")],
  ["request-became-nullable", "safe", (d) => void (given(d, "free").type = ["string", "null"])],
  ["request-became-not-nullable", "breaking", (d) => void (given(d, "note").type = "string")],
  ["request-format-changed", "breaking", (d) => void (given(d, "customer").format = "email")],
  ["request-format-added", "breaking", (d) => void (given(d, "free").format = "email")],
  ["request-format-removed", "safe", (d) => delete given(d, "customer").format],
  ["request-enum-value-added", "safe", (d) => given(d, "status").enum.push("sent")],
  ["request-enum-added", "breaking", (d) => void (given(d, "free").enum = ["a"])],
  ["request-enum-removed", "safe", (d) => delete given(d, "status").enum],
  ["request-const-changed", "breaking", (d) => void (given(d, "kind").const = "cart")],
  ["request-pattern-added", "risky", (d) => void (given(d, "free").pattern = "b")],
  ["request-pattern-changed", "risky", (d) => void (given(d, "note").pattern = "b")],
  ["request-pattern-removed", "safe", (d) => delete given(d, "note").pattern],
  ["request-alternative-removed", "breaking", (d) => given(d, "target").anyOf.pop()],
  ["request-alternative-added", "safe", (d) => given(d, "target").anyOf.push({ type: "null" })],
  [
    "request-unknown-members-refused",
    "breaking",
    (d) => void (given(d, "extra").additionalProperties = false),
  ],
  ["request-unknown-members-allowed", "safe", (d) => delete write(d).additionalProperties],
  ["request-unique-items-added", "breaking", (d) => void (parameter(d, "sort").schema.uniqueItems = true)],
  ["request-unique-items-removed", "safe", (d) => delete given(d, "labels").uniqueItems],
  ["request-maximum-lowered", "breaking", (d) => void (given(d, "quantity").maximum = 50)],
  ["request-maximum-raised", "safe", (d) => void (given(d, "quantity").maximum = 500)],
  ["request-maximum-added", "risky", (d) => void (given(d, "size").maximum = 500)],
  ["request-maximum-removed", "safe", (d) => delete given(d, "quantity").maximum],
  ["request-minimum-lowered", "safe", (d) => void (given(d, "quantity").minimum = 0)],
  ["request-minimum-added", "risky", (d) => void (given(d, "size").minimum = 0)],
  ["request-max-length-lowered", "breaking", (d) => void (given(d, "note").maxLength = 5)],
  ["request-max-length-added", "risky", (d) => void (given(d, "free").maxLength = 5)],
  ["request-min-length-raised", "breaking", (d) => void (given(d, "code").minLength = 5)],
  ["request-max-items-lowered", "breaking", (d) => void (given(d, "labels").maxItems = 2)],
  ["request-min-items-raised", "breaking", (d) => void (given(d, "labels").minItems = 2)],
  // What is answered
  ["success-status-removed", "breaking", (d) => delete create(d).responses["201"]],
  ["success-status-added", "risky", (d) => void (create(d).responses["202"] = {})],
  ["error-status-removed", "safe", (d) => delete create(d).responses["409"]],
  ["error-status-added", "safe", (d) => void (create(d).responses["402"] = problem("card_declined"))],
  ["error-code-removed", "risky", (d) => void (create(d).responses["409"] = problem("conflict"))],
  [
    "error-code-added",
    "safe",
    (d) => void (create(d).responses["409"] = problem("out_of_stock", "conflict", "closed")),
  ],
  ["response-body-removed", "breaking", (d) => delete create(d).responses["201"].content],
  [
    "response-body-added",
    "safe",
    (d) => void (ship(d).responses["204"].content = { "application/json": { schema: {} } }),
  ],
  [
    "response-media-type-removed",
    "breaking",
    (d) => {
      list(d).responses["200"].content = { "text/csv": {} };
    },
  ],
  ["response-media-type-added", "safe", (d) => void (list(d).responses["200"].content["text/csv"] = {})],
  ["response-header-removed", "risky", (d) => delete list(d).responses["200"].headers.Link],
  ["response-header-added", "safe", (d) => void (list(d).responses["200"].headers.ETag = {})],
  ["response-property-removed", "breaking", (d) => delete read(d).properties.total],
  ["response-optional-property-removed", "risky", (d) => delete read(d).properties.free],
  ["response-property-added", "safe", (d) => void (read(d).properties.a = { type: "string" })],
  ["response-property-became-optional", "breaking", (d) => void (read(d).required = ["id", "status"])],
  ["response-property-became-required", "safe", (d) => read(d).required.push("free")],
  ["response-property-deprecated", "safe", (d) => void (shown(d, "free").deprecated = true)],
  ["response-type-changed", "breaking", (d) => void (shown(d, "free").type = "integer")],
  ["response-type-narrowed", "safe", (d) => void (shown(d, "any").type = "integer")],
  ["response-became-nullable", "breaking", (d) => void (shown(d, "free").type = ["string", "null"])],
  ["response-became-not-nullable", "safe", (d) => void (shown(d, "note").type = "string")],
  ["response-format-changed", "breaking", (d) => void (shown(d, "id").format = "uri")],
  ["response-format-added", "safe", (d) => void (shown(d, "free").format = "uri")],
  ["response-format-removed", "risky", (d) => delete shown(d, "id").format],
  ["response-enum-value-added", "risky", (d) => shown(d, "status").enum.push("sent")],
  [
    "response-extensible-enum-value-added",
    "safe",
    (d) => {
      shown(d, "status").enum.push("sent");
      shown(d, "status")["x-extensible-enum"] = true;
    },
  ],
  ["response-enum-value-removed", "safe", (d) => shown(d, "status").enum.pop()],
  ["response-enum-removed", "breaking", (d) => delete shown(d, "status").enum],
  ["response-enum-added", "safe", (d) => void (shown(d, "free").enum = ["a"])],
  ["response-const-changed", "breaking", (d) => void (shown(d, "kind").const = "cart")],
  ["response-pattern-added", "safe", (d) => void (shown(d, "free").pattern = "b")],
  ["response-pattern-changed", "risky", (d) => void (shown(d, "note").pattern = "b")],
  ["response-pattern-removed", "risky", (d) => delete shown(d, "note").pattern],
  ["response-alternative-added", "breaking", (d) => shown(d, "customer").anyOf.push({ type: "null" })],
  ["response-alternative-removed", "safe", (d) => shown(d, "customer").anyOf.pop()],
  ["response-unknown-members-allowed", "risky", (d) => delete read(d).additionalProperties],
  ["response-unique-items-removed", "risky", (d) => delete shown(d, "labels").uniqueItems],
  ["response-maximum-raised", "breaking", (d) => void (shown(d, "total").maximum = 200)],
  ["response-maximum-removed", "breaking", (d) => delete shown(d, "total").maximum],
  ["response-maximum-lowered", "safe", (d) => void (shown(d, "total").maximum = 50)],
  ["response-maximum-added", "safe", (d) => void (shown(d, "any").maximum = 50)],
  ["response-max-length-raised", "breaking", (d) => void (shown(d, "note").maxLength = 20)],
  ["response-max-length-removed", "breaking", (d) => delete shown(d, "note").maxLength],
  ["response-minimum-lowered", "breaking", (d) => void (shown(d, "total").minimum = -1)],
  ["response-min-length-lowered", "breaking", (d) => void (shown(d, "code").minLength = 1)],
  ["response-max-items-raised", "breaking", (d) => void (shown(d, "labels").maxItems = 9)],
  ["response-min-items-removed", "breaking", (d) => delete shown(d, "labels").minItems],
  ["response-precision-raised", "breaking", (d) => void (shown(d, "weight")["x-precision"] = 9)],
  ["response-scale-lowered", "safe", (d) => void (shown(d, "weight")["x-scale"] = 1)],
];

const today = "2026-11-21";
const compare = (was: Any, now: Any) =>
  compareContracts(was as ContractDocument, now as ContractDocument, today);

describe("every kind of change is told, and how bad it is", () => {
  test.each(vectors)("%s is %s", (rule, level, change) => {
    const next = base();
    change(next);
    const found = compare(base(), next);
    expect(found.map((one) => [one.rule, one.level])).toContainEqual([rule, level]);
    expect(found.filter((one) => one.level === "breaking").length > 0).toBe(level === "breaking");
  });

  test("there are at least sixty kinds, each of a rule that exists", () => {
    const kinds = new Set(vectors.map(([rule]) => rule));
    expect(kinds.size).toBeGreaterThanOrEqual(60);
    for (const [rule, level] of vectors) expect(contractRules.get(rule), rule).toBe(level);
  });

  test("nothing is found where nothing changed, or only words for people did", () => {
    const next = base();
    next.info.description = "New words.";
    given(next, "free").description = "New words.";
    given(next, "free").examples = ["x"];
    parameter(next, "limit").description = "New words.";
    expect(compare(base(), next)).toEqual([]);
  });
  test("choices of lists are compared by what they say", () => {
    const withLists = (...lists: readonly (readonly string[])[]): Any => {
      const document = base();
      parameter(document, "status").schema = { type: "array", enum: lists };
      return document;
    };
    expect(compare(withLists(["a"], ["b"]), withLists(["a"], ["b"]))).toEqual([]);
    const found = compare(withLists(["a"], ["b"]), withLists(["a"], ["a", "b"]));
    expect(found.map(({ rule }) => rule)).toEqual(["request-enum-value-removed", "request-enum-value-added"]);
  });
});

describe("what was announced may go", () => {
  const deprecated = (sunset: string) => {
    const was = base();
    Object.assign(ship(was), { deprecated: true, "x-sunset": sunset });
    const next = base();
    delete next.paths["/v1/orders/{id}/ship"];
    return compare(was, next)[0]?.rule;
  };
  test("an operation, once its sunset has come", () => {
    expect(deprecated("2026-11-21")).toBe("operation-removed-after-sunset");
    expect(deprecated("2026-11-22")).toBe("operation-removed");
  });

  test("a version, once its sunset has come", () => {
    const at = (sunset?: string) => {
      const document = { ...base(), info: sunset === undefined ? {} : { "x-sunset": sunset } };
      const versions = compareAll(
        new Map([["2026-01-01", document]]),
        new Map([["2026-06-01", base()]]),
        today,
      );
      return versions.flatMap(({ changes }) => changes.map(({ rule }) => rule));
    };
    expect(at("2026-11-01")).toEqual(["api-version-ended", "api-version-added"]);
    expect(at("2027-01-01")).toEqual(["api-version-removed", "api-version-added"]);
    expect(at()).toEqual(["api-version-removed", "api-version-added"]);
  });

  test("what was promised before there were versions, the oldest version keeps", () => {
    const next = base();
    delete read(next).properties.total;
    const compared = compareAll(
      new Map([["", base()]]),
      new Map([
        ["2026-01-01", base()],
        ["2026-06-01", next],
      ]),
      today,
    );
    expect(compared.flatMap(({ changes }) => changes.map(({ rule }) => rule))).toEqual(["api-version-added"]);
  });
});

describe("it says which declaration would mend it", () => {
  const mends = (change: (document: Any) => void) => {
    const next = base();
    change(next);
    return compare(base(), next).flatMap(({ mend }) => mend ?? []);
  };
  test("a new name, where the old and the new member are described alike", () => {
    expect(
      mends((d) => {
        read(d).properties.amount = read(d).properties.total;
        delete read(d).properties.total;
      }),
    ).toEqual(['renamed(order, "total", "amount")']);
  });
  test("a member that is gone, one that must be given, words that changed", () => {
    expect(mends((d) => delete read(d).properties.id)).toEqual([
      'removed(order, "id", { was: …, value: … })',
    ]);
    expect(mends((d) => write(d).required.push("free"))).toEqual([
      'addedRequired(order, "free", { value: … })',
    ]);
    expect(mends((d) => void (given(d, "status").enum = ["draft", "sent"]))).toEqual([
      'choicesChanged(order, "status", { was: ["draft","paid"], up: { paid: "…" }, down: { sent: "…" } })',
    ]);
  });
});
