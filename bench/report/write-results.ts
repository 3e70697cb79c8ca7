import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { Report } from "./report.ts";

const file = new URL("../results/latest.json", import.meta.url);

/** Keeps the figures of this run, to four digits: more would be noise. */
export async function writeResults(report: Report): Promise<string> {
  await mkdir(new URL(".", file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, rounded, 2)}\n`);
  return fileURLToPath(file);
}

const rounded = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

export const describeMachine = (): Report["machine"] => ({
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 2 ** 30),
});

/** Versions of what the figures depend on. */
export async function describeVersions(postgres: string): Promise<Report["versions"]> {
  const version = async (name: string): Promise<string> => {
    const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
    return JSON.parse(await readFile(manifest, "utf8")).version;
  };
  return {
    node: process.versions.node,
    postgres,
    fastify: await version("fastify"),
    pg: await version("pg"),
    typescript: await version("typescript"),
    keelson: await version("keelson"),
  };
}
