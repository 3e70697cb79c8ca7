import { rename } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { OperationRecord } from "../../data/operations/operation-record.ts";
import type { Filter } from "../../declare/handler.ts";
import { endTransfer } from "../../operation/transfer/end-transfer.ts";
import { exportedBytes, exportRows } from "../../operation/transfer/export-rows.ts";
import type { ExportRequest } from "../../operation/transfer/transfer-request.ts";
import { ensureSchema } from "../../runtime/ensure-schema.ts";
import { openCommandApp } from "../../runtime/open-command-app.ts";
import type { FileFormat } from "../../transfer/file-format.ts";
import { claimTransfer, commandLeaseMs, commandRetentionMs, type ResumeOptions } from "../claim-transfer.ts";
import { openExportFile } from "../export-file.ts";
import { openProject, type ProjectOptions, withData } from "../project.ts";
import { interruptible } from "../stop-signals.ts";
import { exitCodes, paint, printJson, say } from "../terminal.ts";
import { type CallerOptions, callerOf, formatOf, resourceNamed, wrong } from "../transfer-options.ts";

interface Options extends ProjectOptions, CallerOptions, ResumeOptions {
  readonly format?: FileFormat;
  readonly output: string;
  readonly filter?: Filter;
  readonly fields?: readonly string[];
  readonly json?: true;
}

export const exportCommand = (): Command =>
  new Command("export")
    .description("write the records of a resource to a file")
    .argument("<resource>", "e.g. product")
    .addOption(
      new Option("--format <format>", "(default: what the file's name says, or ndjson)").choices([
        "ndjson",
        "csv",
      ]),
    )
    .option("--output <file>", "where to; - for standard output", "-")
    .option("--filter <json>", 'which records, as in a list: {"status":"paid"}', parseFilter)
    .option("--fields <names>", "fields to write, separated by commas (default: all)", (text) =>
      text.split(","),
    )
    .option("--resume", "go on where the same export was left")
    .option("--restart", "begin anew although the same export was left")
    .option(
      "--as <role...>",
      "roles of the caller; without it and --subject the system reads, and no access rule applies",
    )
    .option("--subject <id>", "the caller's id")
    .option("--reason <text>", "why the system reads; for the logs")
    .option("--json", "print what was done as JSON; only with --output")
    .action(run);

async function run(name: string, options: Options): Promise<void> {
  const project = await openProject(options);
  const { model } = project;
  const resource = resourceNamed(model, name);
  const toStdout = options.output === "-";
  if (toStdout && (options.resume || options.json))
    throw wrong(
      "invalid-option",
      "keelson export",
      "Standard output cannot be taken up again, nor hold both.",
      "Give --output FILE.",
    );
  const { filter, fields, output } = options;
  const format = formatOf(options.format, output, "ndjson");
  const request: ExportRequest = { format, filter, fields, ...(toStdout ? {} : { file: resolve(output) }) };
  const record = await withData(project, async (data, observe) => {
    await ensureSchema({ ...project, data, observe });
    const { app, close } = await openCommandApp({ ...project, data, observe });
    try {
      const caller = callerOf(model, options, `export of ${resource.plural} on the command line`);
      const context = {
        app,
        resource,
        caller,
        door: "export",
        // As at any door: what a list cannot be filtered by, an export cannot either.
        trusted: caller.kind === "system",
        apiVersion: undefined,
        requestId: app.newId(),
      };
      return await interruptible(async (signal) => {
        const owner = `command:${JSON.stringify([options.subject ?? null, options.as ?? null])}`;
        const asked = { kind: "export", resource: resource.name, owner, caller, request };
        // What went to a terminal or a pipe is not left behind.
        const resume = toStdout ? { restart: true as const } : options;
        const claimed = await claimTransfer(data.database, asked, resume, signal);
        const file = await openExportFile(toStdout ? undefined : `${output}.part`, exportedBytes(claimed));
        const onAdvance = ({ done }: OperationRecord) =>
          observe({ type: "progress", task: `export ${resource.plural}`, done, total: null, unit: "rows" });
        try {
          return await endTransfer(
            { database: data.database, record: claimed, retentionMs: commandRetentionMs },
            () =>
              exportRows({
                context,
                request,
                record: claimed,
                sink: file.sink(data.database),
                leaseMs: commandLeaseMs,
                signal,
                onAdvance,
              }),
          );
        } finally {
          await file.close();
        }
      });
    } finally {
      await close();
    }
  });
  if (record.state === "succeeded" && !toStdout) await rename(`${output}.part`, output);
  tell(record, options);
}

function tell({ id, state, done, error }: OperationRecord, { json, output }: Options): void {
  const problem = error as {
    readonly code?: string;
    readonly detail?: string;
    readonly title?: string;
  } | null;
  if (json) printJson({ operation: id, state, done, file: output, ...(problem ? { error: problem } : {}) });
  else if (output !== "-")
    say(`  ${done.toLocaleString("en")} rows in ${state === "succeeded" ? output : `${output}.part`}`);
  if (problem) say(paint("red", `${problem.code}: ${problem.detail ?? problem.title ?? ""}`));
  if (state === "running")
    say(paint("yellow", "Interrupted: the same command with --resume goes on from here."));
  else if (state !== "succeeded") process.exitCode = exitCodes.failed;
}

function parseFilter(text: string): Filter {
  try {
    const filter: unknown = JSON.parse(text);
    if (typeof filter === "object" && filter !== null && !Array.isArray(filter)) return filter as Filter;
  } catch {
    // Told of below, like what is JSON and no filter.
  }
  throw new InvalidArgumentError('It must be a JSON object, e.g. {"status":"paid"}.');
}
