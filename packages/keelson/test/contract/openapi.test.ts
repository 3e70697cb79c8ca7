import { Ajv2020 } from "ajv/dist/2020.js";
import formatsPlugin from "ajv-formats";
import { describe, expect, test } from "vitest";
import { errorCatalogue } from "../../src/base/error.ts";
import { openapiOf } from "../../src/contract/openapi/openapi-of.ts";
import { restRoutes } from "../../src/contract/rest-routes.ts";
import { eq } from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import { json, list, money, object, selfReference, text } from "../../src/declare/field.ts";
import { command, query } from "../../src/declare/operation.ts";
import { resource } from "../../src/declare/resource.ts";
import { linkModel } from "../../src/model/link-model.ts";
import { market } from "../market/market-model.ts";

type Node = Readonly<Record<string, unknown>>;
interface OperationNode extends Node {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Node[];
  readonly responses: Readonly<Record<string, Node>>;
  readonly security?: readonly Node[];
  readonly requestBody?: Node;
}
interface Document extends Node {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationNode>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Node>>>>;
}

const document = openapiOf(market, { version: "1.2.3", serverUrl: "https://api.market.test/" }) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const operation = (id: string): OperationNode => {
  const found = operations.find((one) => one.operation.operationId === id);
  if (!found) throw new Error(`no operation ${id}`);
  return found.operation;
};

test("is the committed document", async () => {
  // The guide is one long text; as a page of its own its changes can be read.
  const { description, ...info } = document.info as Node;
  await expect(`${description}\n`).toMatchFileSnapshot("../golden/openapi/market-guide.md");
  const rest = { ...document, info: { ...info, description: "market-guide.md" } };
  await expect(`${JSON.stringify(rest, null, 2)}\n`).toMatchFileSnapshot("../golden/openapi/market.json");
});

test("is the same every time", () => {
  const again = openapiOf(market, { version: "1.2.3", serverUrl: "https://api.market.test" });
  expect(JSON.stringify(again)).toBe(JSON.stringify(document));
});

test("has every route of the door but QUERY, and no other", () => {
  const routes = restRoutes(market).filter(({ method }) => method !== "QUERY");
  expect(operations.map(({ path, method }) => `${method} ${path}`).sort()).toEqual(
    routes.map(({ path, method }) => `${method} ${path}`).sort(),
  );
});

test("every operation has an id of its own, and a tag that is described", () => {
  const ids = operations.map((one) => one.operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const tags = document.tags.map((tag) => tag.name);
  for (const one of operations) expect(tags).toContain(one.operation.tags[0]);
  expect(ids).toEqual(expect.arrayContaining(["listOrderLines", "getOrder", "payOrder", "queryOrders"]));
});

test("every reference leads somewhere, and every component is referred to", () => {
  const references = [...walk(document)].flatMap(({ node }) =>
    typeof node.$ref === "string" ? [node.$ref] : [],
  );
  for (const reference of references) expect(at(document, reference), reference).toBeDefined();
  for (const [section, named] of Object.entries(document.components)) {
    if (section === "securitySchemes") continue;
    for (const name of Object.keys(named)) expect(references).toContain(`#/components/${section}/${name}`);
  }
});

test("every example fits its schema", () => {
  const ajv = new Ajv2020({ strict: false, logger: false });
  formatsPlugin.default(ajv);
  ajv.addSchema(document as object, "market");
  let checked = 0;
  for (const { node, pointer } of walk(document)) {
    const media = node.schema !== undefined && node.examples !== undefined && !Array.isArray(node.examples);
    const schema = media ? `${pointer}/schema` : pointer;
    const examples = media
      ? Object.values(node.examples as Node).map((example) => (example as Node).value)
      : Array.isArray(node.examples)
        ? node.examples
        : [];
    for (const example of examples) {
      const check = ajv.compile({ $ref: `market${schema}` });
      check(example);
      expect(check.errors, `${pointer} ${JSON.stringify(example)}`).toBeNull();
      checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(40);
});

describe("the document of the page", () => {
  const page = openapiOf(market, { page: true }) as Document;
  const methods = Object.entries(page.paths).flatMap(([path, described]) =>
    Object.keys(described).map((method) => `${method.toUpperCase()} ${path}`),
  );

  test("has every route, QUERY too, and is OpenAPI 3.2, which has a word for it", () => {
    expect(page.openapi).toBe("3.2.0");
    expect(methods.sort()).toEqual(
      restRoutes(market)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
    const all = Object.values(page.paths).flatMap((described) => Object.values(described));
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
    const summaries = all.map(({ tags, summary }) => `${tags[0]}: ${summary}`);
    expect(new Set(summaries).size).toBe(all.length);
  });

  test("fills in no parameter that nobody asked for, with values that would fit", () => {
    const ajv = new Ajv2020({ strict: false, logger: false });
    formatsPlugin.default(ajv);
    let checked = 0;
    for (const { node } of walk(page)) {
      const { examples, schema, required } = node as Readonly<Record<string, Node | undefined>>;
      if (node.in === undefined || schema === undefined || required || examples === undefined) continue;
      const { value, ...rest } = examples.default as Node;
      expect(rest).toEqual({ "x-disabled": true });
      expect(ajv.validate(schema, value), `${node.name} ${JSON.stringify(value)}`).toBe(true);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(20);
  });
});

describe("the guide", () => {
  const { info } = document as { readonly info?: { readonly description: string } };
  const guide = info?.description ?? "";

  test("has every code of the catalogue and every declared one, with what to do", () => {
    for (const [code, { status, title, remedy }] of Object.entries(errorCatalogue))
      expect(guide).toContain(`| \`${code}\` ${status} | ${title}. ${remedy} |`);
    expect(guide).toContain("| `out_of_stock` 409 | ");
  });

  test("explains QUERY with a body that the operation takes", () => {
    const [, body = ""] = /curl -X QUERY [^']*-d '(\{.*?\n\})'/s.exec(guide) ?? [];
    const [, path = ""] = /curl -X QUERY "\$API([^"]+)"/.exec(guide) ?? [];
    const described = document.paths[`${path}/query`]?.post?.requestBody as {
      readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>;
    };
    const ajv = new Ajv2020({ strict: false, logger: false });
    formatsPlugin.default(ajv);
    ajv.addSchema(document as object, "market");
    const check = ajv.compile({ $ref: `market${described.content["application/json"]?.schema.$ref}` });
    check(JSON.parse(body));
    expect(check.errors).toBeNull();
    expect(JSON.parse(body)).toHaveProperty("filter");
  });

  test("leaves out what a model has nothing of", () => {
    const bare = linkModel(
      backend({
        name: "bare",
        resources: [],
        queries: [query("now", { access: () => true, run: () => {} })],
      }),
    );
    const text = String((openapiOf(bare).info as Node).description);
    expect(text).not.toMatch(/undefined|## (?:Lists|QUERY|Changes)/);
    expect(text).toContain("## Errors");
  });
});

describe("info", () => {
  const declared = {
    title: "Odd things",
    version: "2.1.0",
    license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    contact: { name: "API team", email: "api@example.com" },
    termsOfService: "https://example.com/terms",
  };

  test("says what the back end says of itself", () => {
    const described = linkModel(backend({ name: "odd", resources: [], ...declared }));
    expect(openapiOf(described).info).toMatchObject(declared);
  });

  test("makes up for linters what is not declared, but not for people", () => {
    const silent = linkModel(backend({ name: "odd", resources: [] }));
    expect(openapiOf(silent).info).toMatchObject({ contact: { name: "Odd" }, version: "1.0.0" });
    expect(openapiOf(silent, { page: true }).info).not.toHaveProperty("license");
  });
});

test("every kind of problem that a status can mean is named", () => {
  for (const name of ["BadRequest", "Conflict", "UnprocessableContent"]) {
    const response = document.components.responses?.[name] as Node;
    const text = JSON.stringify(response);
    const status = { BadRequest: 400, Conflict: 409, UnprocessableContent: 422 }[name];
    for (const [code, row] of Object.entries(errorCatalogue)) {
      expect(text.includes(`"${code}"`), `${name} ${code}`).toBe(row.status === status);
    }
  }
  const paid = operation("payOrder").responses["402"];
  expect(JSON.stringify(paid)).toContain('"enum":["card_declined"]');
  // A declared error joins those that the status can mean anyway.
  expect(JSON.stringify(operation("placeOrder").responses["409"])).toContain(
    '"enum":["out_of_stock","conflict"',
  );
});

describe("says who needs a token:", () => {
  test("not those who may read without one", () => {
    expect(operation("listProducts").security).toEqual([{ bearer: [] }, {}]);
    expect(operation("searchStock").security).toEqual([{ bearer: [] }, {}]);
  });
  test("all others", () => {
    for (const id of ["listOrders", "createProduct", "payOrder", "rebuildIndex"])
      expect(operation(id).security, id).toBeUndefined();
    expect(document.security).toEqual([{ bearer: [] }]);
  });
});

describe("what can be seen", () => {
  const schema = (name: string) => document.components.schemas?.[name] as Node;
  const properties = (name: string) => schema(name).properties as Readonly<Record<string, Node>>;

  test("write-only fields are in no answer", () => {
    expect(properties("Customer")).not.toHaveProperty("secret");
    expect(properties("CustomerCreate")).toHaveProperty("secret");
    expect(JSON.stringify(document.components.parameters?.CustomerFields)).not.toContain("secret");
  });
  test("fields that some may not read need not be there; where rows decide, they may be null", () => {
    expect(schema("Customer").required).not.toContain("creditNote");
    expect(schema("Order").required).not.toContain("note");
    expect(properties("Order").note?.type).toEqual(["string", "null"]);
    expect(schema("Order").required).toContain("placedAt");
  });
  test("records that nobody can read are not described", () => {
    expect(document.components.schemas).not.toHaveProperty("Audit");
    expect(JSON.stringify(document)).not.toContain("expand=audit");
    expect(properties("Product").audit).toMatchObject({ format: "uuid" });
  });
  test("what only the server sets is in no input", () => {
    for (const name of ["id", "createdAt", "version", "status", "lines"]) {
      expect(properties("OrderCreate")).not.toHaveProperty(name);
      expect(properties("OrderUpdate")).not.toHaveProperty(name);
    }
    expect(properties("ProductCreate")).toHaveProperty("sku");
    expect(properties("ProductUpdate")).not.toHaveProperty("sku");
  });
  test("references into a declared schema still lead into it", () => {
    expect(properties("CustomerJson").limits).toEqual({
      $ref: "#/components/schemas/CustomerJson/$defs/limits",
    });
  });
});

describe("parameters", () => {
  const parameter = (id: string, name: string): Node | undefined =>
    (operation(id).parameters ?? [])
      .map((one) => (typeof one.$ref === "string" ? at(document, one.$ref) : one))
      .find((one) => one?.name === name);

  test("filters are those of the model, with the operators of their kind", () => {
    expect(parameter("listOrders", "status")?.schema).toEqual({
      type: "string",
      enum: ["draft", "placed", "paid"],
    });
    expect(parameter("listOrders", "total.amount[gte]")).toBeDefined();
    expect(parameter("listOrders", "status[gt]")).toBeUndefined();
    expect(parameter("listOrders", "customer")?.schema).toEqual({ type: "string", format: "uuid" });
  });
  test("what is expandable is listed down to the third level", () => {
    const items = (parameter("getOrder", "expand")?.schema as Node | undefined)?.items as Node | undefined;
    expect(items?.enum).toContain("lines.product.tags");
    expect(items?.enum).not.toContain("lines.product.audit");
  });
  test("a version must be named where the resource demands it", () => {
    expect(parameter("updateProduct", "If-Match")?.required).toBe(true);
    expect(parameter("updateOrder", "If-Match")?.required).toBeUndefined();
    expect(operation("updateProduct").responses).toHaveProperty("428");
    expect(operation("updateOrder").responses).not.toHaveProperty("428");
  });
  test("the input of a query is in its parameters", () => {
    expect(parameter("searchStock", "from")).toMatchObject({ required: true, schema: { minimum: 0 } });
    expect(parameter("searchStock", "word")).not.toHaveProperty("required");
    expect(operation("searchStockByBody").requestBody).toBeDefined();
  });
});

describe("unusual models", () => {
  const node = resource("node", {
    fields: {
      name: text(),
      parent: selfReference("node").optional(),
      tree: json({ type: "object", additionalProperties: { $ref: "#" } }).optional(),
    },
    access: { read: (row, caller) => eq(row.name, caller.id) },
    list: { sort: ["name"], defaultSort: "name" },
  });
  const library = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => ({ type: "object", required: ["x"] }), output: () => ({}) },
    },
  } as const;
  const move = command(node, "move", { input: library, access: () => true, run: () => {} });
  const price = query("price", {
    input: { value: money(), all: list(object({ a: text() })) },
    access: () => true,
    run: () => {},
  });
  const model = linkModel(backend({ name: "odd", resources: [node], commands: [move], queries: [price] }));
  const odd = openapiOf(model) as Document;

  test("records may contain themselves", () => {
    expect(JSON.stringify(odd.components.schemas?.Node)).toContain('"$ref":"#/components/schemas/Node"');
    expect(odd.components.schemas?.NodeJson?.additionalProperties).toEqual({
      $ref: "#/components/schemas/NodeJson",
    });
  });
  test("libraries are asked for their JSON Schema", () => {
    const body = JSON.stringify(odd.paths["/v1/nodes/{id}/move"]?.post?.requestBody);
    expect(body).toContain('"required":["x"]');
  });
  test("what does not fit into a URL is only described with a body", () => {
    expect(Object.keys(odd.paths["/v1/price"] ?? {})).toEqual(["post"]);
  });
  test("an order by default that can be asked for is said", () => {
    expect(JSON.stringify(odd.paths["/v1/nodes"]?.get)).toContain('"default":["name"]');
  });
});

function* walk(node: unknown, pointer = "#"): Generator<{ readonly node: Node; readonly pointer: string }> {
  if (typeof node !== "object" || node === null) return;
  if (!Array.isArray(node)) yield { node: node as Node, pointer };
  for (const [key, value] of Object.entries(node)) {
    const segment = encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
    yield* walk(value, `${pointer}/${segment}`);
  }
}

function at(from: Node, reference: string): Node | undefined {
  let node: unknown = from;
  for (const segment of reference.split("/").slice(1)) {
    const key = decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
    node = (node as Node | undefined)?.[key];
  }
  return node as Node | undefined;
}
