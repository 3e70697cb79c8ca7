import { readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

/** One import, of whatever form: static, type-only, re-export, dynamic, `import("…")` as a type, worker URL. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Whether it is gone once the types are. */
  readonly typeOnly: boolean;
}

/** A use of something from outside that the program should have been given. */
export interface AmbientUse {
  readonly what: "environment" | "clock" | "randomness";
  /** As it is written, for the message. */
  readonly code: string;
  readonly line: number;
}

/** What the walls look at in one file. */
export interface SourceFile {
  /** Relative to the source folder, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly ambient: readonly AmbientUse[];
}

/** Parses every TypeScript file below a folder. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readSource(path.split(sep).join(posix.sep), readFileSync(join(folder, path), "utf8")));
}

/** Parses one file; its path decides nothing but the messages. */
export function readSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  const [problem] = parsed.errors;
  if (problem) throw new Error(`${path} does not parse: ${problem.message}`);
  const imports: Import[] = [];
  const ambient: AmbientUse[] = [];
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const importing = (node: Node | null | undefined, typeOnly = false) => {
    if (node?.type === "Literal" && typeof node.value === "string") {
      imports.push({ specifier: node.value, line: lineOf(node.start), typeOnly });
    }
  };
  const using = (what: AmbientUse["what"], node: Node) => {
    ambient.push({ what, code: text.slice(node.start, node.end), line: lineOf(node.start) });
  };

  new Visitor({
    ImportDeclaration: (node) => {
      importing(node.source, node.importKind === "type");
      if (!isProcess(node.source.value)) return;
      for (const item of node.specifiers) {
        if (item.type === "ImportSpecifier" && nameOf(item.imported) === "env") using("environment", item);
      }
    },
    ExportNamedDeclaration: (node) => importing(node.source, node.exportKind === "type"),
    ExportAllDeclaration: (node) => importing(node.source, node.exportKind === "type"),
    ImportExpression: (node) => importing(node.source),
    TSImportType: (node) => importing(node.source, true),
    TSExternalModuleReference: (node) => importing(node.expression),
    MemberExpression: (node) => {
      const what =
        node.object.type === "Identifier"
          ? ambientMember(node.object.name, nameOf(node.property))
          : undefined;
      if (what) using(what, node);
    },
    VariableDeclarator: (node) => {
      const fromProcess = node.init?.type === "Identifier" && node.init.name === "process";
      if (fromProcess && node.id.type === "ObjectPattern") using("environment", node);
    },
    NewExpression: (node) => {
      if (node.callee.type !== "Identifier") return;
      if (node.callee.name === "Date" && node.arguments.length === 0) using("clock", node);
      if (node.callee.name === "URL" && isRelative(node.arguments[0])) importing(node.arguments[0]);
    },
    CallExpression: (node) => {
      if (node.callee.type === "Identifier" && node.callee.name === "Date") using("clock", node);
    },
  }).visit(parsed.program);

  return { path, lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0), imports, ambient };
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly value?: unknown;
  readonly name?: unknown;
}

function ambientMember(object: string, property: unknown): AmbientUse["what"] | undefined {
  if (object === "process" && property === "env") return "environment";
  if (object === "Date" && property === "now") return "clock";
  if (object === "Math" && property === "random") return "randomness";
  return undefined;
}

/** `a.b` and `a["b"]` alike. */
function nameOf(property: Node): unknown {
  return property.type === "Literal" ? property.value : property.name;
}

function isProcess(specifier: string): boolean {
  return specifier === "node:process" || specifier === "process";
}

function isRelative(node: Node | undefined): boolean {
  return node?.type === "Literal" && typeof node.value === "string" && /^\.\.?\/.*\.[jt]s$/.test(node.value);
}
