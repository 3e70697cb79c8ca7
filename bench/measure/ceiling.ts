import { execFile } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Sample } from "../database/sample.ts";
import type { LoadProcess } from "../load/load-process.ts";
import type { Scenario } from "../scenario.ts";
import type { Contestant } from "./interleave.ts";
import { measureSlot } from "./slot.ts";

type Ceiling = NonNullable<Scenario["ceiling"]>;

interface Setting {
  readonly databaseUrl: string;
  readonly databasePid: number | undefined;
  readonly connections: number;
}

/** The driver in a loop: everything but HTTP. */
export function driverCeiling(
  ceiling: Ceiling,
  sample: Sample,
  load: LoadProcess,
  setting: Setting,
): Contestant {
  const parameters = ceiling.parameters(sample);
  const { databaseUrl, databasePid, connections } = setting;
  return {
    name: "driver alone",
    run: (seconds) =>
      measureSlot({ database: databasePid }, () =>
        load.run({
          type: "driver",
          burst: { databaseUrl, sql: ceiling.sql, parameters, connections, seconds },
        }),
      ),
  };
}

/** PostgreSQL driven by `pgbench`: everything but Node. Undefined where there is no pgbench. */
export function pgbenchCeiling(ceiling: Ceiling, sample: Sample, setting: Setting): Contestant | undefined {
  const pgbench = findPgbench();
  // pgbench has no lists to draw from; one set of parameters for all is near enough, everything being in memory.
  const values = ceiling.parameters(sample)[0];
  if (pgbench === undefined || values === undefined) return undefined;
  const script = ceiling.sql.replace(/\$(\d+)/g, ":p$1").replaceAll(/\s+/g, " ");
  const variables = values.flatMap((value, index) => ["-D", `p${index + 1}=${String(value)}`]);
  return {
    name: "PostgreSQL alone",
    run: (seconds) =>
      measureSlot({ database: setting.databasePid }, async () => {
        const directory = await mkdtemp(join(tmpdir(), "keelson-bench-"));
        try {
          const file = join(directory, "ceiling.sql");
          await writeFile(file, `${script};\n`);
          const args = ["--no-vacuum", "--protocol=prepared", `--client=${setting.connections}`];
          const { stdout } = await promisify(execFile)(pgbench, [
            ...args,
            `--time=${Math.max(1, Math.round(seconds))}`,
            `--file=${file}`,
            ...variables,
            setting.databaseUrl,
          ]);
          return readPgbench(stdout);
        } finally {
          await rm(directory, { recursive: true });
        }
      }),
  };
}

function readPgbench(output: string): { requests: number; seconds: number } {
  const requests = Number(/transactions actually processed: (\d+)/.exec(output)?.[1]);
  const perSecond = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
  if (!(requests > 0 && perSecond > 0)) throw new Error(`pgbench said nothing to read:\n${output}`);
  return { requests, seconds: requests / perSecond };
}

function findPgbench(): string | undefined {
  const onPath = (process.env.PATH ?? "").split(delimiter).map((directory) => join(directory, "pgbench"));
  return [...globSync("/usr/lib/postgresql/*/bin/pgbench"), ...onPath].find((file) => existsSync(file));
}
