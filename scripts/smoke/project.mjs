/**
 * The project that a new user would write: a back end in one file, and nothing else.
 *
 * @type {Record<string, string>}
 */
export const project = {
  "package.json": JSON.stringify({ name: "smoke", private: true, type: "module" }, null, 2),
  "backend.ts": `import { backend, command, everyone, integer, resource, text } from "keelson";

const item = resource("item", {
  fields: { name: text({ max: 100 }), count: integer({ min: 0 }).default(0) },
  access: { read: everyone, create: everyone, delete: (_row, caller) => caller.is("keeper") },
  list: { filter: ["name"], sort: ["count"] },
});

const take = command(item, "take", {
  input: { count: integer({ min: 1 }) },
  output: item,
  errors: { tooFew: { status: 409, title: "There are not that many" } },
  access: (_row, caller) => caller.is("keeper"),
  async run({ row, input, db, fail }) {
    if (row.count < input.count) fail("tooFew");
    return db.asSystem("take items").update(item, row.id, { count: row.count - input.count });
  },
});

export default backend({ name: "smoke", roles: ["keeper"], resources: [item], commands: [take] });
`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "es2024",
      lib: ["es2024"],
      module: "nodenext",
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
    },
    include: ["backend.ts"],
  }),
};

/**
 * What must work over HTTP once the back end is up.
 *
 * @param {string} url without a final slash
 * @param {string} token of a keeper
 * @param {(description: string, holds: boolean, detail: unknown) => void} expect
 */
export async function exercise(url, token, expect) {
  const created = await fetch(`${url}/v1/items`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "keel", count: 2 }),
  });
  const item = await bodyOf(created);
  expect("POST /v1/items answers 201 with the record", created.status === 201 && item.count === 2, item);

  const found = await fetch(`${url}/v1/items?name=keel`);
  const list = await bodyOf(found);
  expect("GET /v1/items?name=keel finds it", found.status === 200 && list.data?.[0]?.id === item.id, list);

  const refused = await fetch(`${url}/v1/items/${item.id}`, { method: "DELETE" });
  expect("DELETE is refused to a caller without a token", refused.status === 401, refused.status);

  /** @param {number} count */
  const take = (count) =>
    fetch(`${url}/v1/items/${item.id}/take`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ count }),
    });
  const taken = await bodyOf(await take(2));
  expect("a command runs for a caller with a development token", taken.count === 0, taken);
  const short = await bodyOf(await take(1));
  expect("and ends with the error that it declares", short.code === "too_few", short);

  const described = await fetch(`${url}/openapi.json`);
  const contract = await bodyOf(described);
  expect("GET /openapi.json describes it", contract.paths?.["/v1/items"] !== undefined, contract.info);
}

/**
 * @param {Response} response
 * @returns {Promise<any>} whatever came: the expectations say what it should be
 */
async function bodyOf(response) {
  return response.json();
}
