import { type PackageManager, packageManagers } from "./package-manager.ts";

/** What differs from one project to the next. */
export interface Choices {
  readonly name: string;
  readonly packageManager: PackageManager;
  /** What package.json says about keelson: a version, a tag, `file:…`. */
  readonly keelson: string;
}

/** The name that the template itself has. */
const templateName = "my-app";

/** The text of a file of the template, as this project has it. */
export function adaptFile(path: string, text: string, choices: Choices): string {
  const named = text.replaceAll(templateName, choices.name);
  return path === "package.json"
    ? withKeelson(named, choices.keelson)
    : withPackageManager(named, choices.packageManager);
}

/** Replaced as text: the order and the layout of the file stay. */
function withKeelson(manifest: string, keelson: string): string {
  return manifest.replace(/("keelson": )"\d[^"]*"/, (_all, key: string) => key + JSON.stringify(keelson));
}

/** The template speaks npm. The longer commands go first, since they contain the shorter ones. */
function withPackageManager(text: string, to: PackageManager): string {
  const from = packageManagers.npm;
  if (to.name === from.name) return text;
  return text
    .replaceAll(from.production, to.production)
    .replaceAll(from.frozen, to.frozen)
    .replaceAll(from.lockfile, to.lockfile)
    .replaceAll(`${from.install}\n`, `${to.install}\n`)
    .replaceAll(`${from.run} `, `${to.run} `)
    .replaceAll(/\bnpm (test|start)\b/g, `${to.run} $1`)
    .replaceAll("npx keelson", `${to.exec} keelson`);
}
