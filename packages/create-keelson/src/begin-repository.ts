import { spawnSync } from "node:child_process";
import { runTool } from "./run-tool.ts";

/**
 * Makes a repository with all files added, and leaves the first commit to the user, who has a name and an
 * address to sign it with. Says why there is none, if there is none.
 */
export function beginRepository(folder: string): string | undefined {
  const inside = spawnSync("git", ["rev-parse", "--is-inside-work-tree"], { cwd: folder, encoding: "utf8" });
  if (inside.stdout?.trim() === "true") return "the folder is in a git repository already";
  const begun = runTool("git init --quiet --initial-branch=main", folder, { quiet: true });
  if (!begun.ok) return begun.how;
  const added = runTool("git add --all", folder, { quiet: true });
  return added.ok ? undefined : added.how;
}
