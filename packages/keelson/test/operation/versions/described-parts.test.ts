import { expect, test } from "vitest";
import { openapiOf } from "../../../src/contract/openapi/openapi-of.ts";
import { loadModel } from "../../../src/model/load-model.ts";
import { library } from "./library.ts";

test("what is joined from parts may be longer in answers than it may be sent", () => {
  const then = loadModel(library).model.versions?.known.get("2025-06-01")?.model;
  if (!then) throw new Error("there is no such version");
  const { schemas } = openapiOf(then).components as {
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>>;
  };
  expect(schemas.AuthorCreate?.properties.name).toEqual({ type: "string", maxLength: 80 });
  expect(schemas.Author?.properties.name).toEqual({ type: "string" });
});
