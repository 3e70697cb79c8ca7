import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anonymous, type Caller, user } from "../../src/base/caller.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { shelf } from "./shelf-model.ts";

let backend: TestBackend;

beforeAll(async () => {
  backend = await openTestBackend(shelf);
  const write = (operation: string, input: object) => backend.call(user("any"), operation, { input });
  for (const owner of names)
    for (const team of names)
      await write("diary.create", { owner, team, branch: owner === team ? "b" : "c" });
  await write("book.create", { title: "open" });
  await write("book.create", { title: "draft", draft: true });
});
afterAll(() => backend?.close());

const names = ["a", "b", "c", 'a","b', "", "a,b"];

/** Ids and claims that look alike in more than one way: as texts, as lists, missing, of another type. */
const value = fc.constantFrom<unknown>(
  ...names,
  undefined,
  null,
  1,
  ["a"],
  ["a", "b"],
  ["b", "a"],
  [["a"]],
  {},
);
const caller: fc.Arbitrary<Caller> = fc.oneof(
  fc.constant(anonymous),
  fc
    .record({
      id: fc.constantFrom(...names),
      roles: fc.constantFrom<readonly string[]>([], ["staff"], ["other"], ["staff", "other"]),
      teams: value,
      branch: value,
      iat: fc.constantFrom(1, 2),
    })
    .map(({ id, roles, ...claims }) => user(id, roles, claims)),
);

const reads = fc.constantFrom(
  { operation: "diary.list", part: {} },
  { operation: "diary.list", part: { read: { limit: 3 } } },
  { operation: "book.list", part: {} },
  { operation: "titles", part: {} },
);

test("whoever asks after whomever gets what they would get without a cache", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(caller, reads), { minLength: 2, maxLength: 12 }), async (calls) => {
      backend.app.cache?.changed("all");
      for (const [who, { operation, part }] of calls) {
        const kept = await backend.call(who, operation, part);
        const made = await backend.call(who, operation, {
          ...part,
          freshness: { maxAgeMs: 0, store: false },
        });
        expect(contentOf(kept)).toEqual(contentOf(made));
      }
    }),
    { numRuns: 60 },
  );
});

function contentOf(outcome: Awaited<ReturnType<TestBackend["call"]>>): unknown {
  if (!outcome.ok) return outcome.error.code;
  if (outcome.kind === "value") return outcome.value;
  return "json" in outcome ? outcome.json : undefined;
}

test("callers who bring the same to the rules share an answer, and no others do", async () => {
  backend.app.cache?.changed("all");
  const how = async (who: Caller, operation: string) => {
    const outcome = await backend.call(who, operation);
    return outcome.ok ? outcome.recalled?.status : outcome.error.code;
  };
  expect(await how(user("ann"), "book.list")).toBe("miss");
  expect(await how(user("bob", [], { teams: ["x"] }), "book.list")).toBe("hit");
  expect(await how(user("cid", ["staff"]), "book.list")).toBe("miss");
  expect(await how(user("a", [], { teams: ["x"], iat: 1 }), "diary.list")).toBe("miss");
  expect(await how(user("a", [], { teams: ["x"], iat: 2 }), "diary.list")).toBe("hit");
  expect(await how(user("a", [], { teams: ["y"] }), "diary.list")).toBe("miss");
  expect(await how(user("b", [], { teams: ["x"] }), "diary.list")).toBe("miss");
  expect(await how(user("a", [], { teams: ["x"], branch: "b" }), "diary.list")).toBe("miss");
});
