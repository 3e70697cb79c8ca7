import { relative } from "node:path";
import { Command, Option } from "commander";
import { systemClock } from "../../base/clock.ts";
import { applyMigrations } from "../../data/migrate/apply-migrations.ts";
import { checkMigrations, isAcceptable } from "../../data/migrate/check-migration.ts";
import { withConnection } from "../../data/migrate/connect.ts";
import { createMigration } from "../../data/migrate/create-migration.ts";
import { describeDrift, findDrift } from "../../data/migrate/drift.ts";
import { formatReport } from "../../data/migrate/format-finding.ts";
import { needsJobs } from "../../data/migrate/job-schema.ts";
import { openFolder } from "../../data/migrate/migration-folder.ts";
import { migrationStatus } from "../../data/migrate/migration-status.ts";
import { confirmMigrations } from "../confirm-migrations.ts";
import { openProject, type Project, type ProjectOptions, withData } from "../project.ts";
import { stampMigrations } from "../stamp-migrations.ts";
import { exitCodes, formatTable, paint, print, printJson, say, sayDiagnostic } from "../terminal.ts";

interface JsonOptions extends ProjectOptions {
  readonly json?: true;
}

export const migrateCommand = (): Command =>
  new Command("migrate")
    .description("write, check and apply migrations: plain SQL in migrations/")
    .addCommand(
      new Command("create")
        .description("write the migrations from the last snapshot to the declarations")
        .argument("[name]", "a few words; derived from the changes when left out")
        .action(create),
    )
    .addCommand(
      new Command("apply")
        .description("apply what is pending, in order, one runner at a time")
        .addOption(
          new Option("--up-to <phase>", "stop before what the running version would not survive").choices([
            "expand",
          ]),
        )
        .option(
          "--baseline",
          "record the files as applied on a database that keelson dev brought to this schema",
        )
        .option("--accept-data-loss", "drop columns, tables and rows without asking")
        .action(apply),
    )
    .addCommand(
      new Command("status")
        .description("what is applied, what is pending, and how the database differs")
        .option("--json", "print it as JSON")
        .action(status),
    )
    .addCommand(
      new Command("check")
        .description(
          "read the SQL with PostgreSQL's parser: rewrites, long locks, what old code would not survive",
        )
        .option("--json", "print the findings as JSON")
        .action(check),
    )
    .addCommand(
      new Command("stamp")
        .description("bring the checksum of an edited file up to date, before any database has applied it")
        .argument("<file...>")
        .action(stampMigrations),
    );

const folderOf = ({ config, dir }: Project) => ({
  dir: config.migrationsDir,
  shownAs: relative(dir, config.migrationsDir) || ".",
});

async function create(name: string | undefined, options: ProjectOptions): Promise<void> {
  const project = await openProject(options);
  const created = await createMigration({
    model: project.model,
    ...folderOf(project),
    now: new Date(systemClock.now()),
    ...(name === undefined ? {} : { name }),
  });
  for (const diagnostic of created.diagnostics) sayDiagnostic(diagnostic);
  if (created.paths.length === 0)
    return say("The migrations lead to the declared schema already; there is nothing to write.");
  for (const path of created.paths) print(path);
}

interface ApplyOptions extends ProjectOptions {
  readonly upTo?: "expand";
  readonly baseline?: true;
  readonly acceptDataLoss?: true;
}

async function apply(options: ApplyOptions): Promise<void> {
  const project = await openProject(options);
  await withData(project, async ({ url }, observe) => {
    // A baseline only records; nothing is run.
    if (!options.acceptDataLoss && !options.baseline)
      await confirmMigrations({ database: url, ...folderOf(project), upTo: options.upTo });
    const { applied, remaining } = await applyMigrations({
      jobs: needsJobs(project.model),
      database: url,
      ...folderOf(project),
      observe,
      ...(options.upTo === undefined ? {} : { upTo: options.upTo }),
      ...(options.baseline ? { baseline: true } : {}),
    });
    say(applied.length === 0 ? "Nothing was pending." : paint("green", `${applied.length} applied.`));
    if (remaining.length > 0)
      say(
        `${remaining.length} wait until the old code is gone: ${remaining.map((file) => file.id).join(", ")}`,
      );
  });
}

async function status(options: JsonOptions): Promise<void> {
  const project = await openProject(options);
  const folder = folderOf(project);
  await withData(project, async ({ url }) => {
    const { rows, diagnostics } = await migrationStatus({ database: url, ...folder });
    const { snapshot } = await openFolder(folder.dir, folder.shownAs);
    const pending = rows.filter((row) => row.state !== "applied").length;
    // Until everything is applied the database differs from the last snapshot by what is pending.
    const drift =
      pending > 0
        ? []
        : (await withConnection(url, (connection) => findDrift(connection, snapshot))).map(describeDrift);
    if (options.json) {
      printJson({
        migrations: rows.map(({ file, state, appliedAt, tookMs }) => ({
          id: file.id,
          phase: file.phase,
          state,
          appliedAt,
          tookMs,
        })),
        diagnostics,
        drift,
      });
    } else {
      const lines = rows.map(({ file, state, appliedAt }) => [
        state,
        file.phase,
        file.id,
        appliedAt?.toISOString() ?? "",
      ]);
      print(lines.length === 0 ? "There are no migrations." : formatTable(lines));
      for (const diagnostic of [...diagnostics, ...drift]) sayDiagnostic(diagnostic);
    }
    if ([...diagnostics, ...drift].some((diagnostic) => diagnostic.severity === "error"))
      process.exitCode = exitCodes.failed;
  });
}

async function check(options: JsonOptions): Promise<void> {
  const project = await openProject(options);
  const { files } = await openFolder(folderOf(project).dir, folderOf(project).shownAs);
  const reports = await checkMigrations(files);
  if (options.json)
    printJson(reports.map(({ file, findings, diagnostics }) => ({ id: file.id, findings, diagnostics })));
  else {
    for (const report of reports) {
      const text = formatReport(report);
      if (text !== "") say(text);
    }
  }
  const failed = reports.filter((report) => !isAcceptable(report)).length;
  if (!options.json)
    say(
      failed === 0
        ? paint(
            "green",
            files.length === 0
              ? "There are no migrations."
              : `${countMigrations(files.length)} checked; none needs a change.`,
          )
        : paint("red", `${failed} of ${countMigrations(files.length)} need a change.`),
    );
  process.exitCode = failed === 0 ? exitCodes.ok : exitCodes.failed;
}

const countMigrations = (count: number): string => (count === 1 ? "1 migration" : `${count} migrations`);
