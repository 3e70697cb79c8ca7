import { DiagnosticError } from "../../base/diagnostic.ts";

/** What every refusal of this folder looks like: the same place, a stable code, what to do instead. */
export function embeddedError(code: string, what: string, instead: string): DiagnosticError {
  return new DiagnosticError([{ code, severity: "error", where: "embedded PostgreSQL", what, instead }]);
}

const orDatabaseUrl = "or set DATABASE_URL to a PostgreSQL of your own (15 or newer)";

/** Turns what initdb or postgres said before it gave up into a diagnostic that names the mend. */
export function explainOutput(action: string, output: string, dataDir: string): DiagnosticError {
  const said = tellingLines(output);
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return embeddedError(
      "embedded-disk-full",
      `${action} ran out of disk space: ${said}`,
      "Free some space.",
    );
  }
  if (/could not look up effective user ID/.test(output)) {
    return embeddedError(
      "embedded-unknown-user",
      `${action} needs the current user to have a name, and it has none: ${said}`,
      `Run as a user that /etc/passwd knows, ${orDatabaseUrl}.`,
    );
  }
  if (
    /checkpoint record|incompatible with server|pg_control|control file|invalid page|incorrect checksum|PG_VERSION/.test(
      output,
    )
  ) {
    return damagedData(dataDir, said);
  }
  if (/\.so(\.\d+)*: cannot open|: not found|cannot execute|Exec format error/.test(output)) {
    return embeddedError(
      "embedded-binaries-fail",
      `The PostgreSQL binaries do not run on this machine: ${said}`,
      `They need the GNU C library (Alpine's musl will not do): use another base image, ${orDatabaseUrl}.`,
    );
  }
  return embeddedError(
    "embedded-start-failed",
    `${action} failed: ${said}`,
    `Mend what it complains about, ${orDatabaseUrl}.`,
  );
}

export function damagedData(dataDir: string, detail: string): DiagnosticError {
  return embeddedError(
    "embedded-data-damaged",
    `The database files in ${dataDir} are damaged: ${detail}`,
    "Restore the directory from a copy, or move it away to begin with an empty database.",
  );
}

const unusable = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENAMETOOLONG", "ELOOP"]);

/** File-system trouble on our own paths, told as a diagnostic; anything else passes through. */
export function explainFileError(error: unknown): unknown {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return embeddedError("embedded-disk-full", `No disk space is left: ${message}`, "Free some space.");
  }
  if (code !== undefined && unusable.has(code)) {
    return embeddedError(
      "embedded-unwritable",
      `Keelson may not use ${path ?? "the state directory"}: ${message}`,
      `Give the current user that directory (another user, perhaps root, may have made it), ${orDatabaseUrl}.`,
    );
  }
  return error;
}

/** FATAL and PANIC lines say it best; without any, the end of the output. */
function tellingLines(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const telling = lines.filter((line) => /FATAL|PANIC|DETAIL|HINT|initdb: error|No space left/.test(line));
  return (telling.length > 0 ? telling : lines).slice(-4).join(" / ") || "it said nothing";
}
