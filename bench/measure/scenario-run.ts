import type { BenchDatabase } from "../database/open-database.ts";
import type { Sample } from "../database/sample.ts";
import type { LoadProcess } from "../load/load-process.ts";
import type { Options } from "../options.ts";
import type { Progress } from "../progress.ts";
import type { ScenarioFigures } from "../report/report.ts";
import type { Scenario } from "../scenario.ts";
import type { RunningService } from "../service/running-service.ts";
import { driverCeiling, pgbenchCeiling } from "./ceiling.ts";
import { type Contestant, interleave } from "./interleave.ts";
import { measureSlot } from "./slot.ts";

interface Setting {
  readonly database: BenchDatabase;
  readonly load: LoadProcess;
  readonly sample: Sample;
  readonly running: readonly RunningService[];
  readonly progress: Progress;
}

/** Lets every service, and PostgreSQL on its own, take turns at one scenario. */
export async function measureScenario(
  scenario: Scenario,
  options: Options,
  setting: Setting,
): Promise<ScenarioFigures> {
  const contestants = [
    ...setting.running.map((service) => serviceContestant(service, scenario, options, setting)),
    ...(options.ceiling ? ceilings(scenario, options, setting) : []),
  ];
  const figures = await interleave(contestants, {
    ...options,
    onTurn: (text) => setting.progress.step(`${scenario.title}: ${text}`),
  });
  const base = figures[0]?.requestsPerSecond ?? 0;
  return {
    name: scenario.name,
    title: scenario.title,
    target: scenario.target,
    contestants: figures.map((one) => ({ ...one, ratio: one.requestsPerSecond / base })),
  };
}

function serviceContestant(
  service: RunningService,
  scenario: Scenario,
  options: Options,
  { database, load, sample }: Setting,
): Contestant {
  const { host, port, pid } = service;
  const requests = service.requests(scenario.calls(service.service, sample));
  const { connections } = options;
  const { expectedStatus } = scenario;
  return {
    name: service.service.name,
    run: async (seconds) => {
      const slot = await measureSlot({ server: pid, database: database.pid }, () =>
        load.run({
          type: "http",
          burst: { host, port, requests, expectedStatus, connections, seconds },
        }),
      );
      for (const statement of scenario.cleanup ?? []) await database.client.query(statement);
      return slot;
    },
  };
}

function ceilings(
  scenario: Scenario,
  options: Options,
  { database, load, sample }: Setting,
): readonly Contestant[] {
  if (!scenario.ceiling) return [];
  const setting = {
    databaseUrl: database.url,
    databasePid: database.pid,
    connections: options.connections,
  };
  const alone = pgbenchCeiling(scenario.ceiling, sample, setting);
  return [driverCeiling(scenario.ceiling, sample, load, setting), ...(alone ? [alone] : [])];
}
