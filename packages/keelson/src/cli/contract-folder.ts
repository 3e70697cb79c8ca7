import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DiagnosticError } from "../base/diagnostic.ts";
import type { ContractSet } from "../contract/compatibility/compare-all.ts";
import type { ContractDocument } from "../contract/compatibility/contract-change.ts";
import { openapiOf } from "../contract/openapi/openapi-of.ts";
import type { AppModel } from "../model/app-model.ts";

/** `openapi.json`, or with versions one for each: `openapi-2026-11-01.json`. */
const fileName = /^openapi(?:-(\d{4}-\d\d-\d\d))?\.json$/;

const nameOf = (version: string): string => (version === "" ? "openapi.json" : `openapi-${version}.json`);

/** What is served now: one document, or one for each version. */
export function servedContracts(model: AppModel): ContractSet {
  const { versions } = model;
  if (!versions) return new Map([["", openapiOf(model) as ContractDocument]]);
  return new Map(
    [...versions.known.values()].map((version) => [
      version.date,
      openapiOf(version.model) as ContractDocument,
    ]),
  );
}

/** Writes the documents, and takes those away that are not served any more. Gives the names of the files. */
export async function writeContracts(folder: string, contracts: ContractSet): Promise<readonly string[]> {
  const names = [...contracts.keys()].map(nameOf);
  try {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder))
      if (fileName.test(name) && !names.includes(name)) await rm(join(folder, name));
    for (const [version, document] of contracts)
      await writeFile(join(folder, nameOf(version)), `${JSON.stringify(document, null, 2)}\n`);
  } catch (error) {
    throw wrong(
      folder,
      `It cannot be written (${codeOf(error)}).`,
      "Name a folder of yours: --folder contract",
    );
  }
  return names.map((name) => join(folder, name));
}

/** Reads what was committed: a folder of documents, or one document. */
export async function readContracts(place: string): Promise<ContractSet> {
  const found = await stat(place).catch(() => undefined);
  if (!found) throw wrong(place, "There is no contract.", "Write it, and commit it: keelson contract write");
  if (found.isFile()) {
    const document = await readContract(place);
    const version = document.info?.["x-api-version"];
    return new Map([[typeof version === "string" ? version : "", document]]);
  }
  const files = (await readdir(place)).flatMap((name) => {
    const match = fileName.exec(name);
    return match ? [[match[1] ?? "", join(place, name)] as const] : [];
  });
  if (files.length === 0)
    throw wrong(place, "There is no contract in it.", "Write it, and commit it: keelson contract write");
  return new Map(
    await Promise.all(
      files.sort().map(async ([version, path]) => [version, await readContract(path)] as const),
    ),
  );
}

async function readContract(path: string): Promise<ContractDocument> {
  try {
    const document: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof (document as ContractDocument | null)?.paths === "object") return document as ContractDocument;
  } catch (error) {
    if (!(error instanceof SyntaxError))
      throw wrong(path, `It cannot be read (${codeOf(error)}).`, "Make it readable.");
  }
  throw wrong(path, "It is no OpenAPI document.", "Write it anew, and commit it: keelson contract write");
}

const codeOf = (error: unknown): string => String((error as { readonly code?: unknown }).code ?? error);

const wrong = (where: string, what: string, instead: string): DiagnosticError =>
  new DiagnosticError([{ code: "contract-unusable", severity: "error", where, what, instead }]);
