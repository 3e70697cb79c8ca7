import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { notes, openProject, type TemporaryProject } from "./temporary-project.ts";

let project: TemporaryProject;
beforeAll(async () => {
  project = await openProject();
});
afterAll(() => project[Symbol.asyncDispose]());

const check = async (file: string, text: string) => {
  await project.write({ [file]: text });
  const { code, stdout } = await project.run(["check", "--json", "--entry", file]);
  return { code, ...JSON.parse(stdout) };
};

it("says that all is well", async () => {
  expect(await project.run(["check"])).toEqual({
    code: 0,
    stdout: "",
    stderr: "The declarations are fine.\n",
  });
  expect(await check("fine.ts", notes())).toEqual({ code: 0, ok: true, diagnostics: [] });
});

it("prints every mistake in the declarations", async () => {
  const wrong = notes("select: text(),").replace('filter: ["title"]', 'filter: ["titel"]');
  const { code, ok, diagnostics } = await check("wrong.ts", wrong);
  expect({ code, ok }).toEqual({ code: 2, ok: false });
  expect(diagnostics.length).toBeGreaterThan(0);
  const { stderr } = await project.run(["check", "--entry", "wrong.ts"]);
  expect(stderr).toContain('Did you mean "title"?');
  expect(stderr).toMatch(/There (is 1 error|are \d+ errors)\.\n$/);
});

describe("a file that does not load", () => {
  it.each<[string, string, string, object]>([
    ["syntax", "syntax.ts", "export const a = 1;\nconst b: number = ;\n", { where: "syntax.ts:2" }],
    [
      "TypeScript that is more than types",
      "enum.ts",
      "\n\nenum Colour { red }\n",
      { where: "enum.ts:3", instead: expect.stringContaining("erasableSyntaxOnly") },
    ],
    [
      "an error while it runs",
      "throws.ts",
      'import { text } from "keelson";\n\ntext();\nconst none = undefined as never as string[];\nnone.at(0);\n',
      { where: "throws.ts:5", what: "Cannot read properties of undefined (reading 'at')." },
    ],
    [
      "something thrown that is no error",
      "odd.ts",
      'throw "oops";',
      { where: "odd.ts", what: "It throws oops." },
    ],
    [
      "a name that Keelson does not have",
      "name.ts",
      'import { resourc } from "keelson";\nresourc();\n',
      { where: "name.ts:1", what: expect.stringContaining("resourc") },
    ],
    [
      "a file that is missing",
      "lost.ts",
      'import "keelson";\nimport "./nowhere.ts";\n',
      { code: "missing-module", where: "lost.ts:2", what: "There is no file nowhere.ts." },
    ],
    [
      "an import without its ending",
      "ending.ts",
      'import "./fine";\n',
      { where: "ending.ts:1", instead: expect.stringContaining('Import "./fine.ts"') },
    ],
    [
      "an import with the ending of compiled code",
      "compiled.ts",
      'import "./fine.js";\n',
      { where: "compiled.ts:1", instead: expect.stringContaining('Import "./fine.ts"') },
    ],
    [
      "a package that is not installed",
      "package.ts",
      'import "@acme/nothing/part";\n',
      { where: "package.ts:1", instead: "Run: npm install @acme/nothing" },
    ],
    ["no default export", "bare.ts", "export const a = 1;", { code: "not-a-backend" }],
    ["another default export", "other.ts", "export default { a: 1 };", { code: "not-a-backend" }],
  ])("because of %s is named with its line", async (_reason, file, text, expected) => {
    await project.write({ "fine.ts": notes() });
    expect(await check(file, text)).toMatchObject({ code: 2, ok: false, diagnostics: [expected] });
  });

  it("names the file that is wrong, not the one that imports it", async () => {
    await project.write({ "deep/part.ts": "\nconst = 1;\n" });
    expect(await check("outer.ts", 'import "./deep/part.ts";')).toMatchObject({
      diagnostics: [{ where: "deep/part.ts:2" }],
    });
  });
});

describe("the entry file", () => {
  it("is looked for in the usual places", async () => {
    await using empty = await openProject({});
    const { code, stderr } = await empty.run(["check"]);
    expect(code).toBe(2);
    expect(stderr).toContain("There is none of backend.ts, src/backend.ts");
    await empty.write({ "src/backend.ts": notes() });
    expect((await empty.run(["check"])).code).toBe(0);
  });

  it("is the one that package.json or --entry names", async () => {
    await using elsewhere = await openProject({
      "package.json": '{ "type": "module", "keelson": { "entry": "app/main.ts" } }',
      "app/main.ts": notes(),
    });
    expect((await elsewhere.run(["check"])).code).toBe(0);
    const { code, stderr } = await elsewhere.run(["check", "--entry", "nope.ts"]);
    expect(code).toBe(2);
    expect(stderr).toContain("There is no file nope.ts.");
  });
});

describe("the environment", () => {
  it("shows every mistake at once, and no secrets", async () => {
    const { code, stdout, stderr } = await project.run(["check", "--json"], {
      PORT: "http",
      DATABASE_URL: "mysql://root:hunter2@db/shop",
      KEELSON_SECRET: "hunter2",
      KEELSON_LOG_LEVEL: "inf",
      KEELSON_POOL_SIZE: "0",
      KEELSON_AUTH_ISSUER: "https://issuer.example",
      KEELSON_DRAIN_TIMEOUT: "1",
    });
    expect(code).toBe(2);
    const { diagnostics } = JSON.parse(stdout);
    expect(diagnostics.map(({ where }: { where: string }) => where)).toEqual([
      "PORT",
      "DATABASE_URL",
      "KEELSON_SECRET",
      "KEELSON_AUTH_…",
      "KEELSON_POOL_SIZE",
      "KEELSON_LOG_LEVEL",
      "KEELSON_DRAIN_TIMEOUT",
    ]);
    expect(diagnostics.at(-1)).toMatchObject({
      severity: "warning",
      what: expect.stringContaining('Did you mean "KEELSON_DRAIN_TIMEOUT_MS"?'),
    });
    expect(stdout + stderr).not.toContain("hunter2");
  });

  it("must hold a secret in production", async () => {
    const production = { NODE_ENV: "production" };
    expect((await project.run(["check"], production)).stderr).toContain(
      "Production needs a secret of its own.",
    );
    const env = { ...production, KEELSON_SECRET: "0123456789abcdef0123456789abcdef" };
    expect((await project.run(["check"], env)).code).toBe(0);
  });
});
