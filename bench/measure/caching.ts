import type { Sample } from "../database/sample.ts";
import type { LoadProcess } from "../load/load-process.ts";
import type { Options } from "../options.ts";
import type { Progress } from "../progress.ts";
import type { ScenarioFigures } from "../report/report.ts";
import { productsPath, type Scenario } from "../scenario.ts";
import type { RunningService } from "../service/running-service.ts";
import { keptNothing, type Service } from "../service/service.ts";
import { measureScenario } from "./scenario-run.ts";

interface Setting {
  readonly database: Parameters<typeof measureScenario>[2]["database"];
  readonly load: LoadProcess;
  readonly sample: Sample;
  readonly running: readonly RunningService[];
  readonly start: (service: Service) => Promise<RunningService>;
  readonly progress: Progress;
}

const call = { method: "GET", path: productsPath, role: "support" } as const;

const scenarios: readonly Scenario[] = [
  {
    name: "cache",
    title: "list of 50 from the cache, beside the same without one",
    expectedStatus: 200,
    calls: () => [call],
  },
  {
    name: "cache-gzip",
    title: "the same for clients that accept gzip, as nearly all do",
    expectedStatus: 200,
    target: 5,
    calls: () => [{ ...call, accepts: "gzip" }],
  },
];

/** The same service twice on the same list: without a cache, which is what the ratio is to, and with it. */
export async function measureCaching(
  options: Options,
  setting: Setting,
): Promise<readonly ScenarioFigures[]> {
  const kept = setting.running.find(({ service }) => service.name === "keelson");
  if (!kept) return [];
  const unkept = await setting.start(keptNothing(kept.service));
  try {
    const running = [unkept, kept];
    const figures: ScenarioFigures[] = [];
    for (const scenario of scenarios)
      figures.push(await measureScenario(scenario, { ...options, ceiling: false }, { ...setting, running }));
    return figures;
  } finally {
    await unkept.stop();
  }
}
