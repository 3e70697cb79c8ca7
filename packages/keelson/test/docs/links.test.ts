import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { pages, proseOf, repository } from "./read-docs.ts";

/** As GitHub makes them: lower case, punctuation dropped, spaces to hyphens; and explicit ones. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, "");
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
  const explicit = [...prose.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id);
  return new Set([...headings, ...explicit]);
}

describe("links", () => {
  test.each(pages.map((page) => [page.path, page] as const))("of %s lead somewhere", (_path, page) => {
    const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const broken = targets.filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [file = "", anchor] = target.split("#");
      const path = file === "" ? page.path : join(dirname(page.path), file);
      if (!existsSync(join(repository, path))) return true;
      if (anchor === undefined) return false;
      return !anchorsOf(readFileSync(join(repository, path), "utf8")).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  test("lead to every guide from the first page", () => {
    const guides = pages.map((page) => page.path).filter((path) => path.startsWith("docs/"));
    const linked = new Set(
      pages.flatMap((page) =>
        [...proseOf(page).matchAll(/\]\(([^)\s#]+)/g)].map(([, target = ""]) =>
          join(dirname(page.path), target),
        ),
      ),
    );
    expect(guides.filter((guide) => !linked.has(guide))).toEqual([]);
  });
});
