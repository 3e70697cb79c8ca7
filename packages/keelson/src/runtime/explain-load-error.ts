import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../base/diagnostic.ts";

interface Place {
  readonly file: string;
  readonly line?: string | undefined;
}

/** Keelson itself: the first frame outside it is the developer's. */
const ownDir = fileURLToPath(new URL("../..", import.meta.url));

/** What went wrong while the declarations were loaded, at the place in the developer's own files. */
export function explainLoadError(error: unknown, entry: string): Diagnostic {
  const missing = missingModule(error);
  if (missing) return missing;
  if (!(error instanceof Error))
    return diagnostic("load-failed", { file: entry }, `It throws ${sentence(String(error))}`, correctCode);
  return diagnostic(
    "load-failed",
    placeOf(error) ?? { file: entry },
    sentence(error.message),
    adviceFor(error),
  );
}

function adviceFor({ name, message }: Error): string {
  if (/not supported in strip-only mode/.test(message))
    return 'Write plain JavaScript with types: Node only strips the types. "erasableSyntaxOnly": true in tsconfig.json finds such places.';
  if (/does not provide an export named/.test(message))
    return "Correct the name; a type has to be imported with `import type`.";
  if (/before initialization/.test(message))
    return "Two files import each other: refer to the other resource in a function, as in `reference(() => order)`.";
  return name === "SyntaxError" ? "Correct the syntax there." : correctCode;
}

const correctCode = "Correct the code there.";

/** An import of a file or a package that is not there. */
function missingModule(error: unknown): Diagnostic | undefined {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "ERR_UNSUPPORTED_DIR_IMPORT") return undefined;
  const [, wanted = "", importer = ""] = /'([^']+)'.* imported from (.+)$/.exec(message) ?? [];
  if (wanted === "" || importer === "") return undefined;
  if (!wanted.startsWith(sep) && !/^[A-Za-z]:/.test(wanted)) {
    const place = { file: importer, line: lineNaming(importer, (specifier) => specifier.startsWith(wanted)) };
    const what = `The package "${wanted}" is not installed.`;
    return diagnostic("missing-module", place, what, `Run: npm install ${wanted}`);
  }
  const line = lineNaming(importer, (specifier) => resolve(dirname(importer), specifier) === wanted);
  const found = [".ts", ".mts", ".js", ".mjs", `${sep}index.ts`, `${sep}index.js`]
    .flatMap((ending) => [wanted + ending, wanted.slice(0, -extname(wanted).length || undefined) + ending])
    .find((path) => path !== wanted && existsSync(path));
  return diagnostic(
    "missing-module",
    { file: importer, line },
    `There is no file ${relative(process.cwd(), wanted)}.`,
    found === undefined
      ? "Correct the import, or create the file."
      : `Import "${relativeImport(importer, found)}": imports name files as they are, ending included.`,
  );
}

function relativeImport(from: string, to: string): string {
  const path = relative(dirname(from), to).replaceAll(sep, "/");
  return path.startsWith(".") ? path : `./${path}`;
}

function lineNaming(file: string, matches: (specifier: string) => boolean): string | undefined {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  const at = lines.findIndex((line) =>
    [...line.matchAll(/["']([^"']+)["']/g)].some(([, specifier = ""]) => matches(specifier)),
  );
  return at < 0 ? undefined : String(at + 1);
}

/** The first place that the stack names outside Node, Keelson and installed packages. */
function placeOf(error: Error): Place | undefined {
  for (const [, url = "", path = "", line] of (error.stack ?? "").matchAll(
    /(?:(file:\/\/[^\s()]+?)|[(\s](\/[^\s()]+?)):(\d+)(?::\d+)?(?=[\s)]|$)/g,
  )) {
    const file = url === "" ? path : fileURLToPath(url);
    if (!file.startsWith(ownDir) && !file.includes(`${sep}node_modules${sep}`)) return { file, line };
  }
  return undefined;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function diagnostic(code: string, { file, line }: Place, what: string, instead: string): Diagnostic {
  const shown = relative(process.cwd(), file);
  const where = line === undefined ? shown : `${shown}:${line}`;
  return { code, severity: "error", where, what, instead };
}
