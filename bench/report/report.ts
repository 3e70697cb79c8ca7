import type { BootFigures } from "../measure/boot.ts";
import type { Figures } from "../measure/interleave.ts";
import type { PagingFigures } from "../measure/paging.ts";
import type { TypeFigures } from "../measure/type-check.ts";
import { figure, formatTable } from "./print-table.ts";

/** One scenario's figures; the first contestant is the hand-written service. */
export interface ScenarioFigures {
  readonly name: string;
  readonly title: string;
  readonly target: number | undefined;
  readonly contestants: readonly (Figures & { readonly ratio: number })[];
}

/** Everything that one run found out. */
export interface Report {
  readonly at: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, number>>;
  readonly scenarios: readonly ScenarioFigures[];
  readonly boot: readonly BootFigures[];
  readonly paging: readonly PagingFigures[];
  readonly types: TypeFigures | undefined;
}

export function formatScenario(scenario: ScenarioFigures): string {
  const target = scenario.target === undefined ? "" : ` (to reach: ${scenario.target.toFixed(1)})`;
  const head = ["", "req/s", "ratio", "p50 ms", "p99 ms", "CPU µs", "DB µs", "client µs", "RSS MB"];
  const rows = scenario.contestants.map((contestant) => [
    contestant.name,
    figure(contestant.requestsPerSecond),
    contestant.ratio.toFixed(2),
    figure(contestant.p50Ms),
    figure(contestant.p99Ms),
    figure(contestant.serverCpuUs),
    figure(contestant.databaseCpuUs),
    figure(contestant.clientCpuUs),
    figure(contestant.rssMb),
  ]);
  return `\n${scenario.title}${target}\n${formatTable(head, rows)}`;
}

export function formatExtras(report: Pick<Report, "boot" | "paging" | "types">): string {
  const parts: string[] = [];
  if (report.boot.length > 0) {
    const rows = report.boot.map((boot) => [boot.name, figure(boot.firstAnswerMs), figure(boot.idleRssMb)]);
    parts.push(`\nboot\n${formatTable(["", "first 200, ms", "idle RSS MB"], rows)}`);
  }
  if (report.paging.length > 0) {
    const rows = report.paging.map((paging) => [
      paging.name,
      figure(paging.firstPageMs),
      figure(paging.farPageMs),
      String(paging.page),
    ]);
    parts.push(`\npaging\n${formatTable(["", "page 1, ms", "far page, ms", "far page"], rows)}`);
  }
  if (report.types) {
    const { resources, lines, seconds, memoryMb, emptySeconds } = report.types;
    parts.push(
      `\ntypes\n${resources} resources (${lines} lines) check in ${figure(seconds, "s")}, ${figure(memoryMb, "MB")}; an empty model takes ${figure(emptySeconds, "s")}`,
    );
  }
  return parts.join("\n");
}
