import type { Diagnostic } from "../../base/diagnostic.ts";

/** Larger files hold data, not changes of structure, and parse trees take many times their size. */
export const maxMigrationBytes = 4 * 1024 * 1024;

/**
 * The text of a migration file with LF line ends, or undefined after reporting why it is not one:
 * too large, not UTF-8, empty, or holding characters that a reviewer would not see.
 */
export function decodeMigration(
  path: string,
  content: Uint8Array | string,
  diagnostics: Diagnostic[],
): string | undefined {
  const wrong = (code: string, where: string, what: string, instead: string): undefined => {
    diagnostics.push({ code, severity: "error", where, what, instead });
  };
  const size = typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
  if (size > maxMigrationBytes) {
    const mebibytes = maxMigrationBytes / 1024 / 1024;
    return wrong(
      "migration-too-large",
      path,
      `The file has ${size} bytes; a migration has at most ${mebibytes} MiB.`,
      "Load data with a seed or from the application, and keep changes of structure in migrations.",
    );
  }
  const text = toText(content);
  if (typeof text === "number") {
    const encoding = "Save the file as UTF-8 without a byte order mark.";
    return wrong("migration-encoding", path, `Byte ${text} is not valid UTF-8.`, encoding);
  }
  return checkCharacters(path, text, diagnostics, wrong);
}

/** Characters that editors hide or that PostgreSQL reads differently from a person. */
function checkCharacters(
  path: string,
  text: string,
  diagnostics: Diagnostic[],
  wrong: (code: string, where: string, what: string, instead: string) => undefined,
): string | undefined {
  if (text.trim() === "") {
    return wrong(
      "migration-empty",
      path,
      "The file is empty.",
      "Delete it, or let `keelson migrate create` write it anew.",
    );
  }
  const lf = text.replaceAll("\r\n", "\n");
  const hidden = /[\0\uFEFF\r\u202A-\u202E\u2066-\u2069]/.exec(lf);
  if (hidden !== null) {
    const line = lf.slice(0, hidden.index).split("\n").length;
    const [what, instead] = hiddenCharacters[hidden[0]] ?? hiddenDirection;
    return wrong("migration-encoding", `${path}:${line}`, what, instead);
  }
  if (lf.length !== text.length) {
    diagnostics.push({
      code: "migration-line-ends",
      severity: "warning",
      where: path,
      what: "Lines end with CRLF; the file is read and stamped as if they ended with LF.",
      instead: 'Save it with LF, and put "*.sql text eol=lf" into .gitattributes.',
    });
  }
  return lf;
}

const hiddenDirection = [
  "The line holds an invisible character that reverses the direction of text.",
  "Remove it: what reviewers read would differ from what PostgreSQL runs.",
] as const;

const hiddenCharacters: Readonly<Record<string, readonly [what: string, instead: string]>> = {
  "\0": [
    "The line holds a NUL byte, which PostgreSQL does not accept.",
    "Remove it; save the file as UTF-8.",
  ],
  "\uFEFF": [
    "The line holds a byte order mark.",
    "Save the file as UTF-8 without one; PostgreSQL would read it as part of a name.",
  ],
  "\r": [
    "The line holds a carriage return of its own, which ends a comment for PostgreSQL but not in most editors.",
    "Save the file with LF line ends.",
  ],
};

/** The text, or the index of the first byte that is not UTF-8. */
function toText(content: Uint8Array | string): string | number {
  if (typeof content === "string") {
    return content.isWellFormed()
      ? content
      : Buffer.byteLength(content.slice(0, firstLoneSurrogate(content)));
  }
  try {
    // ignoreBOM keeps a byte order mark in the text, where it is found and named.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return firstInvalidByte(content);
  }
}

function firstLoneSurrogate(text: string): number {
  return text.search(/\p{Surrogate}/u);
}

/** Re-encoding turns the first invalid byte into U+FFFD; the first difference is its place. */
function firstInvalidByte(content: Uint8Array): number {
  const again = Buffer.from(Buffer.from(content).toString("utf8"));
  for (let at = 0; at < content.length; at++) if (content[at] !== again[at]) return at;
  return content.length;
}
