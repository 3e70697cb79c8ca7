import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/base/error.ts";
import { backend } from "../../src/declare/backend.ts";
import { json, list, object, text } from "../../src/declare/field.ts";
import { command } from "../../src/declare/operation.ts";
import { resource } from "../../src/declare/resource.ts";
import { linkModel } from "../../src/model/link-model.ts";
import { newInputValidators } from "../../src/operation/input-validators.ts";
import { mergingFields } from "../../src/operation/validate-input.ts";
import { market } from "../market/market-model.ts";

const validators = newInputValidators();
const id = "019a0b3c-0000-7000-8000-000000000001";
const upperId = id.toUpperCase();

function operation(name: string, model = market) {
  const found = model.operations.get(name);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
}

async function accepted(name: string, input: unknown, trusted = false): Promise<unknown> {
  const result = await validators.of(operation(name), trusted)(input);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function refused(name: string, input: unknown, trusted = false): Promise<readonly Fault[]> {
  const result = await validators.of(operation(name), trusted)(input);
  if (result.ok) throw new Error(`accepted ${JSON.stringify(result.value)}`);
  return result.error;
}

/** The only fault of an input. */
async function fault(name: string, input: unknown, trusted = false): Promise<Fault> {
  const faults = await refused(name, input, trusted);
  expect(faults).toHaveLength(1);
  return faults[0] as Fault;
}

const product = { sku: "MUG-01", name: "Mug", price: { amount: 1250, currency: "GBP" } };
const withProduct = (change: object) => ({ ...product, ...change });

describe("creating", () => {
  test("takes what is complete, and adds nothing", async () => {
    expect(await accepted("product.create", product)).toEqual(product);
  });

  test("names every missing member", async () => {
    expect(await refused("product.create", { name: "Mug" })).toEqual([
      { pointer: "#/sku", code: "required", detail: "is required." },
      { pointer: "#/price", code: "required", detail: "is required." },
    ]);
  });

  test("names the member that an unknown one probably means", async () => {
    expect(await fault("product.create", withProduct({ wieght: "1" }))).toEqual({
      pointer: "#/wieght",
      code: "unknown",
      detail: 'is not a known member. Did you mean "weight"?',
    });
  });

  test.each([
    ["id", { id }],
    ["createdAt", { createdAt: "2026-01-01T00:00:00Z" }],
    ["version", { version: 3 }],
    ["views", { views: "3" }],
  ])("refuses %s, which the server sets", async (name, change) => {
    expect(await fault("product.create", withProduct(change))).toMatchObject({
      pointer: `#/${name}`,
      code: "read_only",
    });
  });

  test("lets handlers set read-only fields and the id, and no other system field", async () => {
    const input = withProduct({ id: upperId, views: "3" });
    expect(await accepted("product.create", input, true)).toEqual(withProduct({ id, views: "3" }));
    expect((await fault("product.create", withProduct({ version: 2 }), true)).code).toBe("read_only");
  });

  test("refuses inverse relations, telling where to go", async () => {
    const found = await fault("order.create", { customer: id, lines: [] });
    expect(found).toMatchObject({ pointer: "#/lines", code: "read_only" });
    expect(found.detail).toContain('"orderLine"');
  });

  test("refuses what is no object", async () => {
    for (const input of [null, 3, "x", []]) expect((await fault("product.create", input)).pointer).toBe("#");
    expect(await refused("product.create", undefined)).toHaveLength(3);
  });

  test("tells at most fifty faults", async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`extra${i}`, 1]));
    expect(await refused("product.create", withProduct(many))).toHaveLength(50);
  });
});

describe("kinds", () => {
  const good: readonly (readonly [string, string, unknown])[] = [
    ["product", "stock", 2 ** 31 - 1],
    ["product", "weight", "12345.678"],
    ["product", "weight", "0.5"],
    ["product", "rating", 4.5],
    ["product", "active", false],
    ["product", "availableFrom", "2024-02-29"],
    ["product", "labels", ["a", "b"]],
    ["product", "cost", { amount: -5, currency: "USD" }],
    ["product", "batch", null],
    ["product", "name", "😀".repeat(200)],
    ["customer", "email", "ada.lovelace+shop@mail.example.org"],
    ["customer", "website", "https://example.org/a?b=c#d"],
    ["customer", "settings", { theme: "dark", limits: { a: 1 } }],
  ];
  const bad: readonly (readonly [string, string, unknown, string])[] = [
    ["product", "stock", 2 ** 31, "max"],
    ["product", "stock", -1, "min"],
    ["product", "stock", 1.5, "type"],
    ["product", "stock", "1", "type"],
    ["product", "stock", null, "type"],
    ["product", "weight", "123456.7", "precision"],
    ["product", "weight", "1.2345", "precision"],
    ["product", "weight", "-1", "min"],
    ["product", "weight", "1e3", "format"],
    ["product", "weight", "01", "format"],
    ["product", "weight", 1.5, "type"],
    ["product", "rating", Number.POSITIVE_INFINITY, "type"],
    ["product", "rating", Number.NaN, "type"],
    ["product", "active", "true", "type"],
    ["product", "availableFrom", "2023-02-29", "format"],
    ["product", "availableFrom", "2019-12-31", "min"],
    ["product", "labels", ["a", "b", "c", "d", "e", "f"], "maxItems"],
    ["product", "batch", "no uuid", "format"],
    ["product", "name", "x".repeat(201), "maxLength"],
    ["product", "name", "\u0000", "nul"],
    ["product", "name", "\ud800", "surrogate"],
    ["product", "sku", "mug", "pattern"],
    ["product", "sku", "MUG\n", "pattern"],
    ["product", "tags", Array.from({ length: 1001 }, (_, i) => `${id.slice(0, -4)}${1000 + i}`), "maxItems"],
    ["product", "tags", [id, id], "unique"],
    ["customer", "email", "nobody", "format"],
    ["customer", "email", "a b@example.org", "format"],
    ["customer", "email", "a@localhost", "format"],
    ["customer", "website", "javascript:alert(1)", "format"],
    ["customer", "website", "/relative", "format"],
    ["customer", "website", " https://example.org", "format"],
  ];
  const base: Readonly<Record<string, object>> = {
    product,
    customer: { name: "Ada", email: "ada@example.org", account: "a" },
  };

  test.each(good)("%s.%s may be %j", async (name, field, value) => {
    await accepted(`${name}.create`, { ...base[name], [field]: value });
  });

  test.each(bad)("%s.%s may not be %j (%s)", async (name, field, value, code) => {
    const found = await fault(`${name}.create`, { ...base[name], [field]: value });
    expect(found.code).toBe(code);
    expect(found.pointer).toMatch(new RegExp(`^#/${field}`));
  });

  test("points into nested values", async () => {
    const address = { street: "S", city: "C", geo: { latitude: 91, longitude: 0, altitude: 1 } };
    const faults = await refused("customer.create", { ...base.customer, address });
    expect(faults.map(({ pointer, code }) => [pointer, code]).sort()).toEqual([
      ["#/address/geo/altitude", "unknown"],
      ["#/address/geo/latitude", "max"],
    ]);
    const limits = { "a/b~c é": "x" };
    expect(
      await fault("customer.create", { ...base.customer, settings: { theme: "dark", limits } }),
    ).toMatchObject({ pointer: "#/settings/limits/a~1b~0c%20%C3%A9", code: "type" });
  });

  test("money of a fixed currency must name it, and money is whole", async () => {
    const bad = (price: unknown) => fault("product.create", withProduct({ price }));
    expect(await bad({ amount: 1, currency: "USD" })).toMatchObject({
      pointer: "#/price/currency",
      code: "enum",
    });
    expect(await bad({ amount: 1 })).toMatchObject({ pointer: "#/price/currency", code: "required" });
    expect(await bad({ amount: 2 ** 53, currency: "GBP" })).toMatchObject({ pointer: "#/price/amount" });
    const cost = { amount: 1, currency: "gbp" };
    expect((await fault("product.create", withProduct({ cost }))).code).toBe("pattern");
  });

  test("brings ids and timestamps into one form", async () => {
    const input = { customer: upperId, placedAt: "2026-03-01t00:30:00.120+01:00" };
    expect(await accepted("order.create", input)).toEqual({
      customer: id,
      placedAt: "2026-02-28T23:30:00.12Z",
    });
    expect(input.customer).toBe(upperId);
  });

  test.each([
    "2026-02-30T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2026-01-01T00:00:00",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00:00.1234567Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "0000-01-01T00:00:00Z",
    "2026-01-01T00:00:00+24:00",
  ])("%s is no timestamp", async (placedAt) => {
    expect((await fault("order.create", { customer: id, placedAt })).code).toBe("format");
  });

  test("fills the members of a nested object that were left out", async () => {
    const input = { ...base.customer, address: { street: "S", city: "C" } };
    expect(await accepted("customer.create", input)).toMatchObject({ address: { country: "GB" } });
  });
});

describe("hazards", () => {
  test("reserved names are refused at every depth", async () => {
    const input = JSON.parse('{"settings":{"theme":"dark","limits":{"__proto__":{"x":1}}}}');
    expect(await fault("customer.update", input)).toMatchObject({ code: "reserved" });
  });
  test("NUL is refused in names as well", async () => {
    expect((await fault("customer.update", { settings: { "a\u0000": 1 } })).code).toBe("nul");
  });
  test("bottomless nesting is refused, not followed", async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect((await fault("customer.update", { settings: deep })).code).toBe("depth");
  });
});

describe("changing", () => {
  test("takes any part, also none", async () => {
    expect(await accepted("product.update", {})).toEqual({});
    expect(await accepted("product.update", { rating: null, labels: [] })).toEqual({
      rating: null,
      labels: [],
    });
  });
  test("refuses null where a value must be", async () => {
    expect(await fault("product.update", { name: null })).toMatchObject({ pointer: "#/name", code: "type" });
    expect(await fault("product.update", { tags: null })).toMatchObject({ pointer: "#/tags", code: "type" });
  });
  test("refuses immutable fields, from handlers too", async () => {
    expect(await fault("product.update", { sku: "X" })).toMatchObject({
      pointer: "#/sku",
      code: "immutable",
    });
    expect((await fault("product.update", { sku: "X" }, true)).code).toBe("immutable");
    expect((await fault("product.update", { id }, true)).code).toBe("read_only");
    expect(await accepted("product.update", { views: "9" }, true)).toEqual({ views: "9" });
  });
  test("nested objects are patched member by member", async () => {
    const patch = { address: { city: "Paris", geo: null } };
    expect(await accepted("customer.update", patch)).toEqual(patch);
    expect(await fault("customer.update", { address: { city: null } })).toMatchObject({
      pointer: "#/address/city",
      code: "type",
    });
  });
  test("what a patch leaves of nested values is judged afterwards", async () => {
    const customer = market.resources.get("customer");
    if (!customer) throw new Error("no customer");
    const patch = { name: "Ada", address: { city: "Paris" }, settings: { theme: null } };
    expect(mergingFields(customer, patch)).toEqual(["address", "settings"]);
    const merged = { address: { city: "Paris" }, settings: { limits: {} } };
    const result = await validators.merged(customer)(merged);
    expect(result.ok ? [] : result.error.map(({ pointer, code }) => [pointer, code])).toEqual([
      ["#/address/street", "required"],
      ["#/settings/theme", "required"],
    ]);
    const whole = { address: { street: "S", city: "C", country: "FR" }, settings: { theme: "dark" } };
    expect((await validators.merged(customer)(whole)).ok).toBe(true);
  });
});

describe("commands", () => {
  test("get defaults at every depth", async () => {
    const input = { customer: id, lines: [{ product: upperId }] };
    expect(await accepted("order.place", input)).toEqual({
      customer: id,
      lines: [{ product: id, quantity: 1 }],
      express: false,
    });
  });
  test("point at what is wrong inside lists", async () => {
    const lines = [{ product: id }, { product: id, quantity: 0 }];
    expect(await fault("order.place", { customer: id, lines })).toMatchObject({
      pointer: "#/lines/1/quantity",
      code: "min",
      detail: "must be at least 1.",
    });
    expect((await fault("order.place", { customer: id, lines: [] })).code).toBe("minItems");
  });
  test("without input take none", async () => {
    expect(await accepted("rebuildIndex", undefined)).toEqual({});
    expect((await fault("rebuildIndex", { force: true })).code).toBe("unknown");
    expect((await fault("product.delete", {})).code).toBe("unknown");
  });
  test("places are named as the door wants", async () => {
    const validate = validators.of(operation("searchStock"), false);
    const result = await validate({ from: -1 }, (path) => ({ parameter: path.join(".") }));
    expect(result).toMatchObject({ ok: false, error: [{ parameter: "from", code: "min" }] });
  });
});

describe("schemas of other libraries", () => {
  /** Trims texts; answers later when asked to. */
  const trimmed = (later: boolean): StandardSchemaV1<string, string> => ({
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => {
        const result =
          typeof value === "string"
            ? { value: value.trim() }
            : { issues: [{ message: "no text", path: ["in", { key: 0 }] }] };
        return later ? Promise.resolve(result) : result;
      },
    },
  });
  const note = resource("note", {
    fields: {
      now: json(trimmed(false)).optional(),
      later: list(object({ word: json(trimmed(true)), name: text() })),
    },
    access: { create: () => true },
  });
  const greet = command("greet", {
    input: trimmed(true) as unknown as StandardSchemaV1<object, object>,
    access: () => true,
    run: () => {},
  });
  const model = linkModel(backend({ name: "notes", resources: [note], commands: [greet] }));
  const ask = async (name: string, input: unknown) => validators.of(operation(name, model), false)(input);

  test("give the value their own form, at once or later", async () => {
    const input = { now: " a ", later: [{ word: " b ", name: "x" }] };
    expect(await ask("note.create", input)).toEqual({
      ok: true,
      value: { now: "a", later: [{ word: "b", name: "x" }] },
    });
    expect(input.later[0]?.word).toBe(" b ");
    expect(await ask("greet", " hi ")).toEqual({ ok: true, value: "hi" });
  });
  test("have their issues told with places", async () => {
    const result = await ask("note.create", { now: 1, later: [{ word: 2, name: "x" }] });
    expect(result.ok ? [] : result.error.map((found) => found.pointer)).toEqual([
      "#/now/in/0",
      "#/later/0/word/in/0",
    ]);
    expect(await ask("greet", 1)).toMatchObject({
      ok: false,
      error: [{ pointer: "#/in/0", code: "invalid" }],
    });
  });
  test("do not have null thrust upon them", async () => {
    expect((await ask("note.create", { now: null, later: [] })).ok).toBe(true);
    expect((await ask("note.create", { later: [{ word: null, name: "x" }] })).ok).toBe(false);
  });
});
