import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { nameRule, suggestName, whyNotName } from "./project-name.ts";
import { exitCodes, Refusal } from "./refusal.ts";

/** Where the project goes. */
export interface TargetFolder {
  readonly path: string;
  /** The folder's name, which is the project's too. */
  readonly name: string;
  /** As one types it from here; empty for the current folder. */
  readonly shown: string;
}

/** What a folder may hold and still count as empty: what hosts, editors and systems leave in it. */
const harmless = new Set([
  ".git",
  ".gitattributes",
  ".idea",
  ".vscode",
  ".DS_Store",
  "Thumbs.db",
  "desktop.ini",
]);
const shownEntries = 4;

/** The folder as it was given; throws a Refusal where it cannot become a project. Writes nothing. */
export function chooseFolder(given: string, workingDirectory: string): TargetFolder {
  const path = resolve(workingDirectory, given);
  const name = basename(path);
  const why = whyNotName(name);
  if (why !== undefined) throw wrongName(why, suggestName(name));
  const present = entriesOf(path).filter((entry) => !harmless.has(entry));
  if (present.length > 0) throw notEmpty(given, present);
  return { path, name, shown: relative(workingDirectory, path) };
}

/**
 * Makes the folder and those above it. One at a time: with `recursive` Node tries for ever where a system says that
 * a folder does not exist which it lists, such as below /proc.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    throw explainFileError(error, path);
  }
}

function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw explainFileError(error, path);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "This user may not write there.",
  EPERM: "This user may not write there.",
  EROFS: "The file system is read-only.",
  ENOSPC: "The disk is full.",
  EDQUOT: "This user's share of the disk is used up.",
  ENOTDIR: "There is a file in the way.",
  EEXIST: "There is a file in the way.",
  ENAMETOOLONG: "The path is too long for this system.",
  ELOOP: "Symbolic links lead round in a circle.",
  ENOENT: "No folder can be made there.",
};

/** What the file system refused, in words; anything unknown comes back as it is. */
export function explainFileError(error: unknown, path: string): unknown {
  const reason = reasons[(error as NodeJS.ErrnoException | null)?.code ?? ""];
  if (reason === undefined) return error;
  return new Refusal(exitCodes.failed, `${path} cannot be written: ${reason}`, "Choose another folder.");
}

function wrongName(why: string, suggestion: string | undefined): Refusal {
  const example = suggestion === undefined ? "" : ` For example: ${suggestion}.`;
  return new Refusal(exitCodes.wrong, `${why}.`, `Choose another: ${nameRule}.${example}`);
}

function notEmpty(given: string, present: readonly string[]): Refusal {
  const listed = present.toSorted().slice(0, shownEntries).join(", ");
  const more = present.length > shownEntries ? ` and ${present.length - shownEntries} more` : "";
  return new Refusal(
    exitCodes.wrong,
    `The folder ${given === "." ? "you are in" : given} is not empty: it holds ${listed}${more}.`,
    "Choose another folder, or empty this one.",
  );
}
