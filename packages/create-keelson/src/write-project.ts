import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { adaptFile, type Choices } from "./adapt-file.ts";
import { explainFileError, makeFolder } from "./target-folder.ts";

/** The template is a project that runs as it is, in the package as in a checkout. */
const template = fileURLToPath(new URL("../template", import.meta.url));

/** npm takes a file of this name for its own and leaves it out of the package. */
const targetName = (path: string): string => (path === "gitignore" ? ".gitignore" : path);

/** What is left behind where the template itself has been run. */
const leftovers = new Set(["node_modules", ".keelson", "openapi.json", "package-lock.json"]);

/**
 * Writes the project into its folder. When that fails, what was written is taken away again; a folder that was
 * there before stays.
 *
 * @throws Refusal when the folder cannot be written
 */
export function writeProject(folder: string, choices: Choices): void {
  const isNew = !existsSync(folder);
  makeFolder(folder);
  const written: string[] = [];
  try {
    for (const path of filesBelow(template)) {
      const target = join(folder, targetName(path));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, adaptFile(path, readFileSync(join(template, path), "utf8"), choices), {
        flag: "wx",
      });
      written.push(target);
    }
  } catch (error) {
    for (const path of isNew ? [folder] : written) rmSync(path, { recursive: true, force: true });
    throw explainFileError(error, folder);
  }
}

/** Paths relative to the folder, with slashes. */
function filesBelow(folder: string, below = ""): readonly string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (leftovers.has(path)) return [];
    return entry.isDirectory() ? filesBelow(folder, path) : [path];
  });
}
