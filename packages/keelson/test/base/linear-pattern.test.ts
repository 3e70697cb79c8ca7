import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearPattern } from "../../src/base/pattern/linear-pattern.ts";

function matcher(source: string) {
  const compiled = linearPattern(source);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value;
}

/** Small patterns over a small alphabet, so that they match often enough. */
const { pattern } = fc.letrec<{ pattern: string; part: string; atom: string }>((tie) => ({
  pattern: fc
    .array(fc.array(tie("part"), { maxLength: 3 }), { minLength: 1, maxLength: 2 })
    .map((options) => options.map((parts) => parts.join("")).join("|")),
  part: fc
    .tuple(
      tie("atom"),
      fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}", "*?", "??"),
    )
    .map(([atom, quantifier]) => (/^[\^$]$/.test(atom) ? atom : atom + quantifier)),
  atom: fc.oneof(
    { maxDepth: 2, depthIdentifier: "pattern" },
    fc.constantFrom(
      ..."ab1-é𝒳",
      ".",
      "\\d",
      "\\w",
      "[ab]",
      "[^a]",
      "[\\d-]",
      "\\p{L}",
      "\\u{1d4b3}",
      "\\ud835\\udcb3",
      "\\x61",
      "\\n",
      "\\.",
      "[\\]]",
      "^",
      "$",
    ),
    tie("pattern").map((inner) => `(${inner})`),
    tie("pattern").map((inner) => `(?:${inner})`),
  ),
}));

const someText = fc
  .array(fc.constantFrom(..."aaabb11-é𝒳\n.]_", "\ud835"), { maxLength: 8 })
  .map((characters) => characters.join(""));

describe("a linear pattern", () => {
  test("matches what the engine's own regular expressions match", () => {
    let matches = 0;
    fc.assert(
      fc.property(pattern, fc.array(someText, { minLength: 5, maxLength: 5 }), (source, texts) => {
        const linear = matcher(source);
        const engine = new RegExp(source, "u");
        for (const text of texts) {
          const expected = engine.test(text);
          if (linear.test(text) !== expected) return false;
          // A second time, through what it remembers.
          if (linear.test(text) !== expected) return false;
          matches += expected ? 1 : 0;
        }
        return true;
      }),
      { numRuns: 3_000 },
    );
    expect(matches).toBeGreaterThan(1_000);
  });

  test.each([
    ["^(a+)+$", `${"a".repeat(50_000)}!`, false],
    ["^(a|a)*$", `${"a".repeat(50_000)}!`, false],
    ["^(?:[a-z]+[a-z]+)*$", `${"a".repeat(50_000)}!`, false],
    ["(.*)(.*)(.*)x$", "a".repeat(50_000), false],
    ["^(a?){300}a{300}$", "a".repeat(600), true],
  ])("%s on a long text ends", (source, text, expected) => {
    expect(matcher(source).test(text)).toBe(expected);
  });

  test("stays right when it has forgotten what it knew", () => {
    // Needs 2^12 sets of steps, more than are remembered.
    const linear = matcher("^[ab]*a[ab]{11}$");
    const engine = /^[ab]*a[ab]{11}$/u;
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 10, maxLength: 200 }), (text) => {
        expect(linear.test(text)).toBe(engine.test(text));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["(?=a)b", "looks ahead or behind, which has no linear-time match"],
    ["(?<!a)b", "looks ahead or behind, which has no linear-time match"],
    ["(a)\\1", "refers back to a group, which has no linear-time match"],
    ["(?<x>a)\\k<x>", "refers back to a group, which has no linear-time match"],
    ["\\bword", "uses \\b or \\B; name the characters instead"],
    ["(?i:a)", "sets flags inside; name the characters instead"],
    ["((a{50}){50}){50}", "is too large: it repeats parts too often"],
    ["(a", "is not a regular expression: Unterminated group"],
    ["[b-a]", "is not a regular expression: Range out of order in character class"],
  ])("%s is refused", (source, reason) => {
    expect(linearPattern(source)).toEqual({ ok: false, error: reason });
  });
});
