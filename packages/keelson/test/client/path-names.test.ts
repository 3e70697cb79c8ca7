import fc from "fast-check";
import { expect, expectTypeOf, test } from "vitest";
import type { ErrorCode } from "../../src/base/error.ts";
import type { BuiltInCode } from "../../src/client/attempt.ts";
import type { ErrorCodeOf } from "../../src/client/error-code.ts";
import { createClient } from "../../src/client/index.ts";
import { pathSegment, pluralName } from "../../src/client/path-names.ts";
import { backend, everyone, query, resource, text } from "../../src/index.ts";
import { kebabCase, pluralOf, snakeCase } from "../../src/model/names.ts";

/** lowerCamelCase names, with capitals and digits in every place. */
const name = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,20}$/);

test("paths are named as the API names them", () => {
  fc.assert(
    fc.property(name, (name) => {
      expect(pathSegment(name)).toBe(kebabCase(name));
      expect(pluralName(name)).toBe(pluralOf(name));
    }),
  );
});

test("codes are named as the API names them, in types too", () => {
  expectTypeOf<BuiltInCode>().toEqualTypeOf<ErrorCode>();
  const known = {
    outOfStock: "out_of_stock" satisfies ErrorCodeOf<"outOfStock">,
    oAuth2Token: "o_auth2_token" satisfies ErrorCodeOf<"oAuth2Token">,
    noHTTPSHere: "no_https_here" satisfies ErrorCodeOf<"noHTTPSHere">,
    a1B: "a1_b" satisfies ErrorCodeOf<"a1B">,
    endsInURL: "ends_in_url" satisfies ErrorCodeOf<"endsInURL">,
  };
  for (const [from, to] of Object.entries(known)) expect(snakeCase(from)).toBe(to);
});

const person = resource("person", {
  plural: "staffPeople",
  fields: { name: text() },
  access: { read: everyone },
});
const count = query("headCount", { output: { name: text() }, access: everyone, run: () => ({ name: "" }) });
const app = backend({ name: "staff", resources: [person], queries: [count] });

test("a declared plural must be said, and names the path", async () => {
  const asked: string[] = [];
  const options = {
    baseUrl: "https://staff.example",
    fetch: async (url: string, { method }: RequestInit) => {
      asked.push(`${method} ${new URL(url).pathname}`);
      return Response.json({ data: [], nextCursor: null });
    },
  };
  const staff = createClient<typeof app>({ ...options, plurals: { person: "staffPeople" } });
  await staff.person.list();
  await staff.headCount();
  expect(asked).toEqual(["GET /v1/staff-people", "POST /v1/head-count"]);
  // @ts-expect-error: the declared plural is missing
  createClient<typeof app>(options);
  // @ts-expect-error: another plural than the declared one
  createClient<typeof app>({ ...options, plurals: { person: "people" } });
});

test("a client can be awaited, printed and looked at without sending anything", async () => {
  const client = createClient<typeof app>({
    baseUrl: "https://staff.example",
    plurals: { person: "staffPeople" },
    fetch: () => {
      throw new Error("sent");
    },
  });
  expect(await client).toBe(client);
  expect(await client.person).toBe(client.person);
  expect(JSON.stringify({ client })).toBe('{"client":{}}');
  expect(String(Object.prototype.toString.call(client))).toBe("[object Object]");
});
