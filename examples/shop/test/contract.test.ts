import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runKeelson } from "../../../packages/keelson/test/support/spawn-keelson.ts";

const cwd = fileURLToPath(new URL("..", import.meta.url));

it("the shop breaks nobody: every version is as it was promised", async () => {
  const { code, stderr, stdout } = await runKeelson(["contract", "diff"], { cwd });
  expect(`${stdout}${stderr}`).not.toContain("breaking  ");
  expect(code).toBe(0);
});

it("what would break somebody fails, and is told with the declaration that mends it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "keelson-contract-"));
  try {
    const name = "openapi-2026-11-21.json";
    const promised = (await readFile(join(cwd, "contract", name), "utf8")).replaceAll(
      '"unitPrice"',
      '"cost"',
    );
    const base = join(folder, name);
    await writeFile(base, promised);
    const { code, stderr, stdout } = await runKeelson(["contract", "diff", "--base", base], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^breaking +response-property-removed +OrderLine, cost +is not there any more$/m);
    expect(stderr).toContain('renamed(orderLine, "cost", "unitPrice")');
    const json = await runKeelson(["contract", "diff", "--base", base, "--json"], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, versions: [{ version: "2026-11-21" }, {}] });
  } finally {
    await rm(folder, { recursive: true });
  }
});
