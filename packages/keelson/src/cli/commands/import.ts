import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { OperationRecord } from "../../data/operations/operation-record.ts";
import type { AppModel, ResourceModel } from "../../model/app-model.ts";
import type { Observe } from "../../observe/observation.ts";
import { checkIgnored, defaultKey, keyFault } from "../../operation/transfer/check-key.ts";
import { endTransfer } from "../../operation/transfer/end-transfer.ts";
import { importRows } from "../../operation/transfer/import-rows.ts";
import { readSource } from "../../operation/transfer/read-source.ts";
import {
  conflictChoices,
  defaultMaxErrors,
  greatestMaxErrors,
  type ImportRequest,
} from "../../operation/transfer/transfer-request.ts";
import { ensureSchema } from "../../runtime/ensure-schema.ts";
import { openCommandApp } from "../../runtime/open-command-app.ts";
import type { FileFormat } from "../../transfer/file-format.ts";
import { claimTransfer, commandLeaseMs, commandRetentionMs, type ResumeOptions } from "../claim-transfer.ts";
import { openProject, type ProjectOptions, withData } from "../project.ts";
import { interruptible } from "../stop-signals.ts";
import { exitCodes, paint, printJson, say } from "../terminal.ts";
import { type CallerOptions, callerOf, formatOf, resourceNamed, wrong } from "../transfer-options.ts";
import { writeReport } from "../write-report.ts";

interface Options extends ProjectOptions, CallerOptions, ResumeOptions {
  readonly format?: FileFormat;
  readonly onConflict: ImportRequest["onConflict"];
  readonly key?: readonly string[];
  readonly ignore?: readonly string[];
  readonly maxErrors: number;
  readonly report?: string;
  readonly json?: true;
}

export const importCommand = (): Command =>
  new Command("import")
    .description("write the rows of a file, checked as if each were sent by itself")
    .argument("<resource>", "e.g. product")
    .argument("<file>", "an NDJSON or CSV file; - for standard input")
    .addOption(
      new Option("--format <format>", "format of the file (default: what its name says)").choices([
        "ndjson",
        "csv",
      ]),
    )
    .addOption(
      new Option("--on-conflict <what>", "what to do with a row whose record is there already")
        .choices([...conflictChoices])
        .default("fail"),
    )
    .option(
      "--key <fields>",
      "fields by which records are found, separated by commas (default: the id, or the natural key)",
      names,
    )
    .option("--ignore <fields>", "members of rows to pass over, separated by commas", names)
    .option("--max-errors <number>", "bad rows after which the import ends", parseMaxErrors, defaultMaxErrors)
    .option("--report <file>", "where bad rows are told of (default: beside the file)")
    .option("--resume", "go on where the same import was left")
    .option("--restart", "begin anew although the same import was left")
    .option(
      "--as <role...>",
      "roles of the caller; without it and --subject the system writes, and no access rule applies",
    )
    .option("--subject <id>", "the caller's id")
    .option("--reason <text>", "why the system writes; for the logs")
    .option("--json", "print what was done as JSON")
    .action(run);

async function run(name: string, file: string, options: Options): Promise<void> {
  const project = await openProject(options);
  const { model } = project;
  const resource = resourceNamed(model, name);
  const source = await openSource(file);
  const request = requestOf(resource, file, options, source.identity);
  const ended = await withData(project, async (data, observe) => {
    await ensureSchema({ ...project, data, observe });
    const { app, close } = await openCommandApp({ ...project, data, observe });
    try {
      const caller = callerOf(model, options, `import of ${resource.plural} on the command line`);
      const context = {
        app,
        resource,
        caller,
        door: "import",
        trusted: caller.kind === "system",
        apiVersion: undefined,
        requestId: app.newId(),
      };
      const report = options.report ?? (file === "-" ? "import.errors.ndjson" : `${file}.errors.ndjson`);
      const record = await interruptible(async (signal) => {
        const asked = { kind: "import", resource: resource.name, owner: ownerText(options), caller, request };
        const claimed = await claimTransfer(data.database, asked, options, signal);
        const rows = readSource(context, request, source.read(signal));
        const onAdvance = newReporter(observe, resource, source);
        return endTransfer(
          { database: data.database, record: claimed, retentionMs: commandRetentionMs },
          () =>
            importRows({
              context,
              request,
              record: claimed,
              rows,
              leaseMs: commandLeaseMs,
              signal,
              onAdvance,
            }),
        );
      });
      return {
        record,
        report: record.failed > 0 ? await writeReport(data.database, record, report) : undefined,
      };
    } finally {
      await close();
    }
  });
  tell(model, ended, options);
}

/** Who a command belongs to: whoever runs the same one. */
const ownerText = ({ as, subject }: CallerOptions): string =>
  `command:${JSON.stringify([subject ?? null, as ?? null])}`;

function requestOf(
  resource: ResourceModel,
  file: string,
  options: Options,
  identity: ImportRequest["file"],
): ImportRequest {
  const { onConflict, maxErrors, ignore = [] } = options;
  const key = options.key ?? defaultKey(resource);
  const fault = keyFault(resource, key) ?? checkIgnored(resource, ignore);
  if (fault) throw wrong("invalid-option", "keelson import", fault, "Correct the option.");
  const format = formatOf(options.format, file);
  return { format, onConflict, key: onConflict === "fail" ? [] : key, maxErrors, ignore, file: identity };
}

/** What is to be read: the same each time, so that an import can go on where it was left. */
interface Source {
  readonly identity: NonNullable<ImportRequest["file"]>;
  /** Null where nobody knows. */
  readonly bytes: number | null;
  /** Bytes that were read so far. */
  readonly position: () => number;
  read(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** As much of the beginning as tells one file from another. */
const headBytes = 1_048_576;

async function openSource(file: string): Promise<Source> {
  let position = 0;
  async function* counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      position += piece.length;
      yield piece;
    }
  }
  if (file === "-") {
    const { head, rest } = await readHead(process.stdin);
    return {
      identity: { bytes: null, head: hashOf(head) },
      bytes: null,
      position: () => position,
      read: (signal) => {
        signal.addEventListener("abort", () => process.stdin.destroy(), { once: true });
        return counted(joined(head, rest));
      },
    };
  }
  const bytes = await sizeOf(file);
  return {
    identity: { bytes, head: hashOf(await headOf(file)) },
    bytes,
    position: () => position,
    read: (signal) => counted(createReadStream(file, { highWaterMark: 262_144, signal })),
  };
}

/** However much came at once: of the same number of bytes. */
const hashOf = (head: Uint8Array): string =>
  createHash("sha256").update(head.subarray(0, headBytes)).digest("hex");

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: { readonly code?: string }) => error.code ?? "");
  if (typeof found !== "string" && found.isFile()) return found.size;
  const what = typeof found === "string" ? `The file cannot be read (${found}).` : "This is not a file.";
  throw wrong("no-file", file, what, "Name a file, or - for standard input.");
}

async function headOf(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(headBytes), position: 0 });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function readHead(stream: AsyncIterable<Uint8Array>) {
  const rest = stream[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < headBytes; ) {
    const { value, done } = await rest.next();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  return { head: Buffer.concat(pieces), rest };
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

const count = (value: number): string => value.toLocaleString("en");

/** Progress in bytes where the size is known, which says when it will be over; otherwise in rows. */
function newReporter(observe: Observe, { plural }: ResourceModel, source: Source) {
  return ({ done, failed }: OperationRecord): void => {
    const refused = failed > 0 ? `, ${count(failed)} refused` : "";
    observe({
      type: "progress",
      task: `import ${plural}`,
      ...(source.bytes === null
        ? { done, total: null, unit: `rows${refused}` }
        : {
            // What is read is not written yet, so the end is not told before it has come.
            done: Math.min(source.position(), source.bytes - 1),
            total: source.bytes,
            unit: `bytes, ${count(done)} rows${refused}`,
          }),
    });
  };
}

function tell(
  _model: AppModel,
  { record, report }: { readonly record: OperationRecord; readonly report: string | undefined },
  options: Options,
): void {
  const { id, state, done, created, updated, skipped, failed } = record;
  if (options.json) {
    const error = record.error === null ? {} : { error: record.error };
    printJson({
      operation: id,
      state,
      done,
      created,
      updated,
      skipped,
      failed,
      ...(report ? { report } : {}),
      ...error,
    });
  } else {
    say(
      `  ${count(done)} rows: ${count(created)} created, ${count(updated)} updated, ${count(skipped)} skipped, ${count(failed)} refused`,
    );
    if (report)
      say(`  ${paint("yellow", `${count(failed)} refused rows are told of in ${basename(report)}`)}`);
  }
  const error = record.error as { readonly code?: string; readonly detail?: string } | null;
  if (error) say(paint("red", `${error.code}: ${error.detail ?? ""}`));
  if (state === "running")
    say(paint("yellow", "Interrupted: the same command with --resume goes on from here."));
  else if (failed > 0 || state !== "succeeded") process.exitCode = exitCodes.failed;
}

function names(text: string): readonly string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => part !== "")) return parts;
  throw new InvalidArgumentError("It must be names separated by commas.");
}

function parseMaxErrors(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= greatestMaxErrors) return number;
  throw new InvalidArgumentError(`It must be a whole number up to ${greatestMaxErrors}.`);
}
