import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { exitCodes, Refusal } from "./refusal.ts";

/** What package.json says about keelson: the version given, or an absolute `file:` where a tarball is meant. */
export function keelsonSpec(given: string | undefined, ownVersion: string, workingDirectory: string): string {
  if (given === undefined) return ownVersion;
  const isFile = !/^https?:/.test(given) && (/\.(tgz|tar\.gz)$/.test(given) || given.startsWith("file:"));
  if (!isFile) return given;
  const path = resolve(workingDirectory, given.replace(/^file:/, ""));
  if (existsSync(path)) return `file:${path}`;
  throw new Refusal(
    exitCodes.wrong,
    `There is no file ${path}.`,
    "Give --keelson the path of a tarball, or a version such as 0.1.0.",
  );
}
