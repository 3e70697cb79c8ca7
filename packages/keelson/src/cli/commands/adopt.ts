import { Command } from "commander";
import { systemClock } from "../../base/clock.ts";
import { DiagnosticError } from "../../base/diagnostic.ts";
import {
  adoptDatabase,
  baselineMadeAt,
  recordBaseline,
  writeAdopted,
} from "../../data/adopt/adopt-database.ts";
import type { Finding } from "../../data/adopt/adoption.ts";
import { withConnection } from "../../data/migrate/connect.ts";
import { describeDrift } from "../../data/migrate/drift.ts";
import { paint, say, sayDiagnostic } from "../terminal.ts";

interface Options {
  readonly out: string;
  readonly schema?: readonly string[];
  readonly name?: string;
  readonly force?: true;
  readonly record: boolean;
}

export const adoptCommand = (): Command =>
  new Command("adopt")
    .description("read an existing database and write declarations that serve it as it is")
    .argument("<database-url>", "postgres://user:password@host/database")
    .option("--out <folder>", "where to write the project's part", ".")
    .option("--schema <names...>", "schemas to adopt (default: the connection's own)")
    .option("--name <name>", "name of the back end (default: the database's)")
    .option("--force", "replace files that are there")
    .option("--no-record", "do not record the baseline as applied in the database")
    .action(async (url: string, options: Options) => {
      const name = options.name ?? backendName(url);
      const schemas = options.schema;
      await withConnection(checkedUrl(url), async (connection) => {
        const now = (await baselineMadeAt(options.out)) ?? new Date(systemClock.now());
        const adopted = await adoptDatabase(connection, { name, now, ...(schemas ? { schemas } : {}) });
        await writeAdopted(options.out, adopted.files, options.force === true);
        sayFound(adopted.adoption.findings);
        for (const drift of adopted.drift) {
          const diagnostic = describeDrift(drift);
          if (diagnostic.severity === "error") sayDiagnostic(diagnostic);
        }
        say(paint("green", `wrote ${adopted.adoption.resources.length} resources to ${options.out}`));
        if (!options.record)
          return say("Run keelson migrate apply --baseline there before the next migration.");
        const recorded = await recordBaseline(connection, adopted);
        say(
          recorded
            ? "The baseline migration is recorded as applied in this database."
            : paint("yellow", "Keelson has been in this database before; its history was left alone."),
        );
      });
      say("Read ADOPTED.md next: nobody but the role admin gets in yet.");
    });

/** A few of each kind: the rest is in the report. */
function sayFound(findings: readonly Finding[]): void {
  for (const [kind, found] of Map.groupBy(findings, (finding) => finding.kind)) {
    say(paint("yellow", `${kind}: ${found.length}`));
    for (const { where, what } of found.slice(0, shownOfEach)) say(`  ${where}: ${what}`);
    if (found.length > shownOfEach) say(`  … and ${found.length - shownOfEach} more, in ADOPTED.md`);
  }
}

const shownOfEach = 5;

function checkedUrl(text: string): string {
  const url = URL.parse(text);
  if (url && /^postgres(ql)?:$/.test(url.protocol)) return text;
  throw new DiagnosticError([
    {
      code: "wrong-option",
      severity: "error",
      where: "<database-url>",
      what: url ? `It begins with ${url.protocol}//.` : "It is not a URL.",
      instead: "Give one like postgres://user:password@host:5432/database.",
    },
  ]);
}

/** From the last part of the URL. */
function backendName(text: string): string {
  const words = (URL.parse(text)?.pathname ?? "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const name = words
    .join("-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40);
  return name === "" ? "adopted" : name;
}
