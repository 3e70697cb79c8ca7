import { access, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DiagnosticError } from "../base/diagnostic.ts";
import type { Backend } from "../declare/backend.ts";
import { explainLoadError } from "./explain-load-error.ts";

/** Where a project's declarations may begin, in the order in which they are looked for. */
const usualEntries = ["backend.ts", "src/backend.ts", "backend.js", "src/backend.js", "dist/backend.js"];

/** Finds the entry file: as given, as `keelson.entry` in package.json says, or in a usual place. */
export async function findEntry(projectDir: string, given: string | undefined): Promise<string> {
  const declared = given ?? (await entryOfPackage(projectDir));
  if (declared !== undefined) {
    const path = resolve(projectDir, declared);
    if (await exists(path)) return path;
    throw wrongEntry(
      given === undefined ? 'package.json, "keelson.entry"' : "--entry",
      `There is no file ${declared}.`,
      "Name the file whose default export is backend({ … }).",
    );
  }
  for (const candidate of usualEntries) {
    const path = join(projectDir, candidate);
    if (await exists(path)) return path;
  }
  throw wrongEntry(
    projectDir,
    `There is none of ${usualEntries.join(", ")} here.`,
    "Create backend.ts with `export default backend({ … })`, change to the project's directory, or pass --entry FILE.",
  );
}

async function entryOfPackage(projectDir: string): Promise<string | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(projectDir, "package.json"), "utf8")) as {
      readonly keelson?: { readonly entry?: string };
    };
    return manifest.keelson?.entry;
  } catch {
    return undefined;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Loads the declarations. What goes wrong while the files are evaluated becomes a diagnostic that names the place. */
export async function loadBackend(entry: string): Promise<Backend> {
  try {
    const module = (await import(pathToFileURL(entry).href)) as { readonly default?: unknown };
    return module.default as Backend;
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    throw new DiagnosticError([explainLoadError(error, entry)]);
  }
}

function wrongEntry(where: string, what: string, instead: string): DiagnosticError {
  return new DiagnosticError([{ code: "entry", severity: "error", where, what, instead }]);
}
