import { Command, Option } from "commander";
import { system } from "../../base/caller.ts";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { EnqueuedJob, EnqueueOptions } from "../../declare/enqueue.ts";
import { enqueueFor } from "../../operation/enqueue-in.ts";
import type { JobState } from "../../queue/find-jobs.ts";
import { operator, parseInput, parseLimit, withJobDesk } from "../job-options.ts";
import type { ProjectOptions } from "../project.ts";
import { formatTable, print, printJson, say } from "../terminal.ts";

interface ListOptions extends ProjectOptions {
  readonly job?: string;
  readonly state?: JobState;
  readonly limit: number;
  readonly json?: true;
}

const states: readonly JobState[] = ["waiting", "delayed", "running", "completed", "cancelled"];

export const jobsCommand = (): Command =>
  new Command("jobs")
    .description("look after background jobs")
    .addCommand(
      new Command("list")
        .description("jobs that wait, run or have ended, the newest first")
        .option("--job <name>", "of this name")
        .addOption(new Option("--state <state>", "in this state").choices(states))
        .option("--limit <number>", "at most so many", parseLimit, 50)
        .option("--json", "print them as JSON")
        .action(list),
    )
    .addCommand(
      new Command("show")
        .description("one job with the history of its runs, as JSON")
        .argument("<id>")
        .action((id: string, options: ProjectOptions) =>
          withJobDesk(options, async (desk) => printJson(await desk.show(id))),
        ),
    )
    .addCommand(
      new Command("enqueue")
        .description("enqueue a job for the system")
        .argument("<name>")
        .option("--input <json>", "its input", "{}")
        .option("--delay <duration>", "not before so long, e.g. 30s, 5m")
        .action(enqueue),
    )
    .addCommand(
      new Command("cancel")
        .description("cancel jobs: those that wait do not run, those that run are told to end")
        .argument("<id...>")
        .action((ids: readonly string[], options: ProjectOptions) =>
          withJobDesk(options, async (desk) => {
            for (const id of ids) {
              await desk.cancel(id, operator());
              say(`cancelled ${id}`);
            }
          }),
        ),
    )
    .addCommand(
      new Command("retry")
        .description("run jobs now that were to run later, or that were cancelled")
        .argument("<id...>")
        .action((ids: readonly string[], options: ProjectOptions) =>
          withJobDesk(options, async (desk) => {
            for (const id of ids) {
              await desk.hurry(id, operator());
              say(`due now ${id}`);
            }
          }),
        ),
    );

async function list({ job, state, limit, json, ...options }: ListOptions): Promise<void> {
  await withJobDesk(options, async (desk) => {
    const found = await desk.list({ ...(job ? { job } : {}), ...(state ? { state } : {}), limit });
    if (json) return printJson(found);
    if (found.length === 0) return say("There are none.");
    print(
      formatTable([
        ["id", "job", "state", "runs", "enqueued"],
        ...found.map((each) => [each.id, each.job, each.state, String(each.attempts), each.enqueuedAt]),
      ]),
    );
  });
}

async function enqueue(
  name: string,
  { input, delay, ...options }: ProjectOptions & { readonly input: string; readonly delay?: string },
): Promise<void> {
  const given = parseInput(input);
  await withJobDesk(options, async (_desk, { app, jobs }) => {
    if (!jobs.models.has(name)) throw unknownJob(name, [...jobs.models.keys()]);
    const caller = system(`keelson jobs enqueue, by ${operator()}`);
    const enqueued = await app.database.transaction("write", (tx) => {
      const put = enqueueFor(app, caller, app.newId(), tx) as (
        job: object,
        value: unknown,
        when: EnqueueOptions,
      ) => Promise<EnqueuedJob>;
      return put({ type: "job", name }, given, delay === undefined ? {} : ({ delay } as EnqueueOptions));
    });
    print(enqueued.id);
  });
}

const unknownJob = (name: string, known: readonly string[]): DiagnosticError =>
  new DiagnosticError([
    {
      code: "unknown-job",
      severity: "error",
      where: "keelson jobs enqueue",
      what: `This back end declares no job "${name}".${didYouMean(name, known)}`,
      instead: `Name one of: ${known.join(", ")}.`,
    },
  ]);
