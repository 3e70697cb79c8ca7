import type { Diagnostic } from "../../base/diagnostic.ts";

/** What a migration is called: a UTC timestamp that orders it, and a few words for people. */
export interface MigrationName {
  /** `YYYYMMDDhhmmss`, UTC. Ids order migrations and are never used twice. */
  readonly id: string;
  /** Lower-case words joined by underscores, e.g. `add_note_to_orders`. */
  readonly name: string;
}

const maxNameLength = 100;
const example = "20261121093000_add_note_to_orders";

/** `20261121093000_add_note_to_orders`, as written in the header and, with `.sql`, on disk. */
export function printMigrationName({ id, name }: MigrationName): string {
  return `${id}_${name}`;
}

/** The id of a migration made at this moment. */
export function migrationIdAt(time: Date): string {
  return time.toISOString().slice(0, 19).replace(/\D/g, "");
}

/** Turns a title such as "Add note to orders!" into the words of a migration name. */
export function migrationSlug(title: string): string {
  const words = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return words.join("_").slice(0, maxNameLength).replace(/_+$/, "") || "migration";
}

/** Reads `<id>_<name>`; a wrong one comes back as a diagnostic that says which part is wrong. */
export function parseMigrationName(text: string, where: string): MigrationName | Diagnostic {
  const [, id = "", name = ""] = /^(\d*)_?(.*)$/su.exec(text) ?? [];
  const wrong = (what: string, instead: string): Diagnostic => ({
    code: "migration-name",
    severity: "error",
    where,
    what,
    instead,
  });
  if (id.length !== 14) {
    return wrong(
      `"${text}" does not begin with a 14-digit UTC timestamp.`,
      `Write YYYYMMDDhhmmss_words, e.g. "${example}"; \`keelson migrate create\` makes such a name.`,
    );
  }
  if (!isTimestamp(id)) {
    return wrong(
      `"${id}" is not a date and time: month, day, hour, minute or second is out of range.`,
      `Use the UTC time at which the migration was written, YYYYMMDDhhmmss, e.g. "${example}".`,
    );
  }
  if (!text.startsWith(`${id}_`) || !/^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(name)) {
    return wrong(
      `"${text}" does not go on with lower-case words joined by single underscores.`,
      `Call it "${id}_${migrationSlug(name)}".`,
    );
  }
  if (name.length > maxNameLength) {
    return wrong(
      `The name has ${name.length} characters; ${maxNameLength} are allowed.`,
      `Call it "${id}_${name.slice(0, 40).replace(/_+$/, "")}" or anything else that is short.`,
    );
  }
  return { id, name };
}

/** Whether one `keelson migrate create` wrote both: it gives its files ids a second apart. */
export function writtenTogether(earlier: string, later: string): boolean {
  return Date.parse(isoOf(later)) - Date.parse(isoOf(earlier)) <= 1000;
}

function isoOf(id: string): string {
  return id.replace(/^(.{4})(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6.000Z");
}

function isTimestamp(id: string): boolean {
  const iso = isoOf(id);
  const time = new Date(iso);
  // Date accepts 31 February by rolling over; the round trip does not.
  return !Number.isNaN(time.getTime()) && time.toISOString() === iso;
}
