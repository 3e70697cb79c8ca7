import { Command } from "commander";
import { systemClock, timestampOf } from "../../base/clock.ts";
import { compareAll, type VersionChanges } from "../../contract/compatibility/compare-all.ts";
import type { ContractChange } from "../../contract/compatibility/contract-change.ts";
import { readContracts, servedContracts, writeContracts } from "../contract-folder.ts";
import { openProject, type ProjectOptions } from "../project.ts";
import { exitCodes, formatTable, paint, print, printJson, say } from "../terminal.ts";

interface WriteOptions extends ProjectOptions {
  readonly folder: string;
}

interface DiffOptions extends ProjectOptions {
  readonly base: string;
  readonly json?: true;
}

const defaultFolder = "contract";

export const contractCommand = (): Command =>
  new Command("contract")
    .description("keep what callers were promised: write it down, and compare with it")
    .addCommand(writeCommand())
    .addCommand(diffCommand());

const writeCommand = (): Command =>
  new Command("write")
    .description("write the OpenAPI document of each version, to be committed")
    .option("--folder <folder>", "where to", defaultFolder)
    .action(async (options: WriteOptions) => {
      const { model } = await openProject(options);
      for (const path of await writeContracts(options.folder, servedContracts(model)))
        say(paint("green", `wrote ${path}`));
    });

const diffCommand = (): Command =>
  new Command("diff")
    .description("compare what is served with the committed contract; fail when callers would break")
    .option("--base <path>", "the committed folder, or one document", defaultFolder)
    .option("--json", "print the changes as JSON")
    .action(async (options: DiffOptions) => {
      const { model } = await openProject(options);
      const today = timestampOf(systemClock.now()).slice(0, 10);
      const results = compareAll(await readContracts(options.base), servedContracts(model), today);
      const broken = results.some(({ changes }) => changes.some(({ level }) => level === "breaking"));
      if (options.json) printJson({ ok: !broken, versions: results });
      else show(results, today, model.versions !== undefined);
      process.exitCode = broken ? exitCodes.failed : exitCodes.ok;
    });

function show(results: readonly VersionChanges[], today: string, versioned: boolean): void {
  const changes = results.flatMap((result) => result.changes);
  for (const { version, changes: found } of results) {
    if (found.length === 0) continue;
    if (version !== undefined) print(paint("bold", `version ${version}`));
    print(formatTable(found.map(rowOf)));
  }
  const count = (level: string) => changes.filter((change) => change.level === level).length;
  const breaking = count("breaking");
  if (changes.length === 0) {
    say(paint("green", "The contract is as it was."));
    return;
  }
  say(`${breaking} breaking, ${count("risky")} risky, ${count("safe")} safe.`);
  if (breaking > 0) explain(changes, today, versioned);
  else say(paint("green", "Nobody breaks. Commit what is new with: keelson contract write"));
}

const colours = { breaking: "red", risky: "yellow", safe: "green" } as const;

const rowOf = ({ level, rule, where, at, detail }: ContractChange): readonly string[] => [
  paint(colours[level], level),
  rule,
  at === "" ? where : `${where}, ${at}`,
  detail,
];

function explain(changes: readonly ContractChange[], today: string, versioned: boolean): void {
  const mends = [
    ...new Set(changes.flatMap(({ level, mend }) => (level === "breaking" && mend ? [mend] : []))),
  ];
  // Names in `fields`, `sort` and filters follow from those of members.
  const follows = ({ where, at }: ContractChange) => at.startsWith("query ") || where.endsWith("Query");
  const hopeless = changes.some(
    (change) =>
      change.level === "breaking" && change.mend === undefined && !(mends.length > 0 && follows(change)),
  );
  if (mends.length > 0) {
    const first = versioned ? "" : '\n  version("…", []),  // what is promised now, under the day it began';
    say(`Callers of today break. Declare what changed, in a new version:

versions: [${versioned ? "\n  …," : first}
  version("${today}", [
${mends.map((mend) => `    ${mend},`).join("\n")}
  ]),
]`);
  }
  if (hopeless)
    say(
      "Where no declaration is named none would help: take the change back, add the new beside the old, or deprecate an operation and give it a sunset.",
    );
}
