import { Command, InvalidArgumentError, Option } from "commander";
import { systemClock } from "../../base/clock.ts";
import { DiagnosticError } from "../../base/diagnostic.ts";
import type { JobDesk, ManyProgress } from "../../operation/job-desk.ts";
import type { DeadLetterFilter } from "../../queue/dead-letters.ts";
import { operator, parseInput, parseLimit, withJobDesk } from "../job-options.ts";
import { newProgressDisplay } from "../progress.ts";
import type { ProjectOptions } from "../project.ts";
import { interruptible } from "../stop-signals.ts";
import { exitCodes, formatTable, print, printJson, say } from "../terminal.ts";

interface FilterOptions extends ProjectOptions {
  readonly job?: string;
  readonly reason?: string;
  readonly code?: string;
  readonly until?: string;
}

interface ManyOptions extends FilterOptions {
  readonly all?: true;
  readonly rate?: number;
}

const reasons = ["refused", "exhausted", "poison", "invalid"];

/** Which of them; the same for every command. */
const filtered = (command: Command): Command =>
  command
    .option("--job <name>", "those of this job")
    .addOption(new Option("--reason <reason>", "those given up for this reason").choices(reasons))
    .option("--code <code>", "those whose last failure had this code")
    .option("--until <time>", "those given up at or before this time, RFC 3339", parseTime);

const several = (command: Command): Command =>
  filtered(command)
    .argument("[id...]")
    .option("--all", "all that match, without naming them")
    .option("--rate <number>", "at most so many a second", parseLimit);

export const dlqCommand = (): Command =>
  new Command("dlq")
    .description("look after dead letters: jobs that were given up")
    .addCommand(
      filtered(new Command("list").description("dead letters, the newest first"))
        .option("--limit <number>", "at most so many", parseLimit, 50)
        .option("--json", "print them as JSON")
        .action(list),
    )
    .addCommand(
      new Command("show")
        .description("one dead letter with its input and the history of its runs, as JSON")
        .argument("<id>")
        .action((id: string, options: ProjectOptions) =>
          withJobDesk(options, async (desk) => printJson(await desk.deadLetters.show(id))),
        ),
    )
    .addCommand(
      new Command("edit")
        .description("give a dead letter another input")
        .argument("<id>")
        .requiredOption("--input <json>", "the whole input")
        .action((id: string, { input, ...options }: ProjectOptions & { readonly input: string }) => {
          const given = parseInput(input);
          return withJobDesk(options, async (desk) => {
            await desk.deadLetters.edit(id, given, operator());
            say(`edited ${id}`);
          });
        }),
    )
    .addCommand(
      several(new Command("redrive").description("run dead letters again, as whoever enqueued them")).action(
        (ids: readonly string[], options: ManyOptions) => many("redrive", ids, options),
      ),
    )
    .addCommand(
      several(new Command("discard").description("throw dead letters away")).action(
        (ids: readonly string[], options: ManyOptions) => many("discard", ids, options),
      ),
    );

async function list(
  options: FilterOptions & { readonly limit: number; readonly json?: true },
): Promise<void> {
  await withJobDesk(options, async (desk) => {
    const found = await desk.deadLetters.list(filterOf(options), options.limit);
    if (options.json) return printJson(found);
    if (found.length === 0) return say("There are none.");
    print(
      formatTable([
        ["id", "job", "reason", "code", "runs", "died", "message"],
        ...found.map((each) => [
          each.id,
          each.job,
          each.reason,
          each.code,
          String(each.attempts),
          each.diedAt,
          each.message.replaceAll(/\s+/g, " ").slice(0, 80),
        ]),
      ]),
    );
  });
}

type Verb = "redrive" | "discard";

/** Interrupted, what is not done stays where it is, so that beginning again goes on. */
async function many(verb: Verb, ids: readonly string[], options: ManyOptions): Promise<void> {
  if (ids.length > 0 === (options.all === true)) throw nothingNamed(verb);
  await withJobDesk(options, async (desk) => {
    const display = newProgressDisplay(systemClock.monotonicMs);
    const { done, failed, total } = await interruptible((signal) =>
      options.all
        ? ofAll(desk, verb)(
            {
              filter: filterOf(options),
              perSecond: options.rate,
              signal,
              onProgress: (progress) =>
                display.show({
                  type: "progress",
                  task: verb,
                  done: progress.done + progress.failed.length,
                  total: progress.total,
                  unit: "dead letters",
                }),
            },
            operator(),
          )
        : each(desk, verb, ids),
    );
    display.end();
    for (const { id, message } of failed) say(`${id}: ${message}`);
    say(`${verb === "redrive" ? "Run again" : "Thrown away"}: ${done} of ${total}.`);
    if (failed.length > 0) process.exitCode = exitCodes.failed;
  });
}

const ofAll = ({ deadLetters }: JobDesk, verb: Verb): JobDesk["deadLetters"]["redriveAll"] =>
  verb === "redrive" ? deadLetters.redriveAll : deadLetters.discardAll;

async function each(desk: JobDesk, verb: Verb, ids: readonly string[]): Promise<ManyProgress> {
  const failed: { readonly id: string; readonly message: string }[] = [];
  for (const id of ids)
    await desk.deadLetters[verb](id, operator()).catch((error: unknown) => {
      failed.push({ id, message: error instanceof Error ? error.message : String(error) });
    });
  return { done: ids.length - failed.length, failed, total: ids.length };
}

const filterOf = ({ job, reason, code, until }: FilterOptions): DeadLetterFilter => ({
  job,
  reason,
  code,
  until,
});

function parseTime(text: string): string {
  const ms = Date.parse(text);
  if (Number.isFinite(ms)) return new Date(ms).toISOString();
  throw new InvalidArgumentError("It must be a time, e.g. 2026-11-21T10:00:00Z.");
}

const nothingNamed = (verb: Verb): DiagnosticError =>
  new DiagnosticError([
    {
      code: "nothing-named",
      severity: "error",
      where: `keelson dlq ${verb}`,
      what: "Either ids or --all is needed, and not both.",
      instead: `Write keelson dlq ${verb} <id>, or keelson dlq ${verb} --all, with --job, --reason, --code or --until to choose.`,
    },
  ]);
