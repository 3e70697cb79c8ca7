import { hostname } from "node:os";
import { type Caller, system, user } from "../base/caller.ts";
import { DiagnosticError } from "../base/diagnostic.ts";
import { didYouMean } from "../base/nearest.ts";
import type { AppModel, ResourceModel } from "../model/app-model.ts";
import { type FileFormat, formatOfName } from "../transfer/file-format.ts";
import { checkRoles } from "./check-roles.ts";

/** Who a command reads or writes as. */
export interface CallerOptions {
  readonly as?: readonly string[];
  readonly subject?: string;
  readonly reason?: string;
}

/** A caller with roles where one is named; otherwise the system, to whom no rule applies, with the reason that it needs. */
export function callerOf(model: AppModel, options: CallerOptions, what: string): Caller {
  if (!options.as && options.subject === undefined) return system(options.reason ?? what);
  checkRoles(model, options.as ?? []);
  return user(options.subject ?? options.as?.[0] ?? "developer", options.as ?? []);
}

/** The resource that a command names, by its name or its plural. */
export function resourceNamed(model: AppModel, name: string): ResourceModel {
  const all = [...model.resources.values()];
  const found = all.find(
    (resource) => name === resource.name || name === resource.plural || name === resource.path,
  );
  if (found) return found;
  const names = all.map((resource) => resource.name);
  throw wrong(
    "unknown-resource",
    name,
    `There is no such resource.${didYouMean(name, names)}`,
    `Use one of ${names.join(", ")}.`,
  );
}

/** The format that was asked for, or the one that the file's name tells. */
export function formatOf(given: FileFormat | undefined, file: string, otherwise?: FileFormat): FileFormat {
  const format = given ?? formatOfName(file) ?? otherwise;
  if (format) return format;
  const what = "The name does not tell the format of the file.";
  throw wrong("unknown-format", file, what, "Say it: --format ndjson or --format csv.");
}

export const wrong = (code: string, where: string, what: string, instead: string): DiagnosticError =>
  new DiagnosticError([{ code, severity: "error", where, what, instead }]);

/** This process, as the lease of an operation names it. */
export const thisHolder = (): string => `${hostname()}/${process.pid}`;

/** Whether the process that has a lease is known to be gone: one of this machine that does not run any more. */
export function isGone(holder: string | null): boolean {
  const [host, pid] = (holder ?? "").split("/");
  if (host !== hostname() || !pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as { readonly code?: string }).code === "ESRCH";
  }
}
