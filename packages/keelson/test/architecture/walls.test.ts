import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findViolations } from "./find-violations.ts";
import { readSource, readSources } from "./read-source.ts";

const source = join(import.meta.dirname, "../../src");

describe("the house", () => {
  test("imports point downwards, without cycles, from files that keep to their room", () => {
    const files = readSources(source);
    expect(files.length).toBeGreaterThan(20);
    expect(findViolations(files)).toEqual([]);
  });
});

/** Violations of a made-up source folder, given as path → text. */
function violationsIn(files: Record<string, string>): string[] {
  return findViolations(Object.entries(files).map(([path, text]) => readSource(path, text)));
}

describe("the walls report", () => {
  test.each([
    ["a static import", `import { call } from "../operation/call.ts";`],
    ["an import of a type", `import type { Call } from "../operation/call.ts";`],
    ["an inline import of a type", `import { type Call } from "../operation/call.ts";`],
    ["an import for its effect", `import "../operation/call.ts";`],
    ["a re-export", `export { call } from "../operation/call.ts";`],
    ["a re-export of everything", `export * from "../operation/call.ts";`],
    ["a re-export of a type", `export type * from "../operation/call.ts";`],
    ["a dynamic import", `export const load = () => import("../operation/call.ts");`],
    ["an import within a type", `export type Call = import("../operation/call.ts").Call;`],
    ["the file of a worker", `export const file = new URL("../operation/call.ts", import.meta.url);`],
  ])("an upward arrow: %s", (_form, text) => {
    const found = violationsIn({ "data/read.ts": text, "operation/call.ts": "export {};" });
    expect(found).toEqual([
      "data/read.ts:1 imports operation/call.ts, upwards from data to operation. " +
        "Move what it needs down to data or below, or have operation pass it in.",
    ]);
  });

  test("a cycle, of types too, and only once", () => {
    const found = violationsIn({
      "data/a.ts": `import "./b.ts";`,
      "data/b.ts": `import type { C } from "./plan/c.ts";`,
      "data/plan/c.ts": `export * from "../a.ts";`,
    });
    expect(found).toEqual([
      "data/a.ts → data/b.ts → data/plan/c.ts → data/a.ts: a cycle of imports. " +
        "Move what they share into a file that imports none of them.",
    ]);
  });

  test("one door looking into another, and not into http", () => {
    const found = violationsIn({
      "transport/rest/answer.ts": `import "../http/server.ts"; import "../door.ts"; import "../graphql/parse.ts";`,
      "transport/http/server.ts": `import "../rest/routes.ts";`,
      "transport/door.ts": "",
    });
    expect(found).toEqual([
      expect.stringContaining("the door rest looks into the door graphql"),
      expect.stringContaining("the door http looks into the door rest"),
    ]);
  });

  test("a file outside the rooms", () => {
    expect(violationsIn({ "attic/box.ts": "", "stray.ts": "" })).toEqual([
      expect.stringContaining(`attic/box.ts: "attic" is no room`),
      expect.stringContaining(`stray.ts: "stray.ts" is no room`),
    ]);
  });

  test("an import that leaves the source folder, names its own package or goes through the public entry", () => {
    const text = `import "../../test/x.ts"; import "keelson/testing"; import "#cli"; import "../index.ts";`;
    expect(violationsIn({ "cli/main.ts": text, "index.ts": "" })).toEqual([
      expect.stringContaining("leaves the source folder"),
      expect.stringContaining(`"keelson/testing", its own package`),
      expect.stringContaining(`"#cli", its own package`),
      expect.stringContaining("imports the public entry"),
    ]);
  });

  test.each(["utils", "helpers", "common", "manager", "types"])("a name that says nothing: %s", (name) => {
    expect(violationsIn({ [`data/${name}.ts`]: "", [`model/${name}/field.ts`]: "" })).toEqual([
      `data/${name}.ts: "${name}" names nothing. Name the file after its main export.`,
      `model/${name}/field.ts: "${name}" names nothing. Name the file after its main export.`,
    ]);
  });

  test("a file that is too long, and not one that just fits", () => {
    const lines = (count: number) => "// line\n".repeat(count);
    expect(violationsIn({ "data/long.ts": lines(501), "data/full.ts": lines(500) })).toEqual([
      "data/long.ts: 501 lines, over 500. Split it by what its parts are about.",
    ]);
  });

  test.each(["process.env.PORT", `process["env"]`, "(() => { const { env } = process; return env; })()"])(
    "the environment outside runtime and cli: %s",
    (code) => {
      const text = `export const value = ${code};`;
      const found = violationsIn({ "data/a.ts": text, "runtime/a.ts": text, "cli/a.ts": text });
      expect(found).toEqual([expect.stringContaining("data/a.ts:1 reads the environment")]);
    },
  );

  test("the environment imported by name", () => {
    expect(violationsIn({ "data/a.ts": `import { env } from "node:process";` })).toHaveLength(1);
    expect(violationsIn({ "data/a.ts": `import { pid } from "node:process";` })).toEqual([]);
  });

  test.each(["Date.now()", "new Date()", "Date()", "Math.random()"])(
    "an ambient clock or randomness outside base: %s",
    (code) => {
      const text = `export const value = ${code};`;
      const found = violationsIn({ "runtime/a.ts": text, "base/a.ts": text });
      expect(found).toEqual([expect.stringContaining("runtime/a.ts:1 uses ambient")]);
    },
  );

  test("the client loading anything but itself", () => {
    const text = `import type { Field } from "../declare/field.ts"; export type { A } from "kysely"; import "./b.ts";`;
    expect(violationsIn({ "client/a.ts": text, "client/b.ts": "", "declare/field.ts": "" })).toEqual([]);
    for (const code of [
      `import { Field } from "../declare/field.ts";`,
      `import { type Field } from "../declare/field.ts";`,
      `import "node:fs";`,
      `export * from "kysely";`,
      `const load = () => import("../declare/field.ts");`,
    ]) {
      expect(violationsIn({ "client/a.ts": code, "declare/field.ts": "" }), code).toEqual([
        expect.stringContaining("client/a.ts:1 loads"),
      ]);
    }
  });

  test("nothing in a house that is in order", () => {
    const found = violationsIn({
      "index.ts": `export * from "./declare/field.ts"; export * from "./runtime/start.ts";`,
      "cli/main.ts": `import "commander"; import "../runtime/start.ts"; import "../base/id.ts";`,
      "runtime/start.ts": `import "../data/read.ts"; export const at = new Date(0);`,
      "data/read.ts": `import "./plan/plan.ts"; const url = new URL("https://example.com/a.ts");`,
      "data/plan/plan.ts": `import type { Field } from "../../declare/field.ts";`,
      "declare/field.ts": "export {};",
      "base/id.ts": "export {};",
    });
    expect(found).toEqual([]);
  });
});
