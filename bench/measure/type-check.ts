import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median } from "../statistics.ts";
import { emptyModel, generateModel, type ModelFiles } from "../types/generate-model.ts";

/** What the compiler needs for a large model. */
export interface TypeFigures {
  readonly resources: number;
  readonly lines: number;
  readonly seconds: number | undefined;
  readonly memoryMb: number | undefined;
  /** The same for a model without resources: the compiler's start and the library's own types. */
  readonly emptySeconds: number | undefined;
}

const resources = 60;
const directory = new URL("../.generated/", import.meta.url);
const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

/** Type-checks a generated model with `tsc`, and an empty one to compare with. */
export async function measureTypeCheck(rounds: number): Promise<TypeFigures> {
  const model = generateModel(resources);
  try {
    const full = await checkModel(model, rounds);
    const empty = await checkModel(emptyModel, rounds);
    const lines = Object.values(model).reduce((sum, file) => sum + file.split("\n").length - 1, 0);
    return { resources, lines, ...full, emptySeconds: empty.seconds };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function checkModel(model: ModelFiles, rounds: number) {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  // Inside the workspace, so that `keelson` resolves as it does for the examples.
  const config = { extends: "../../tsconfig.json", include: ["*.ts"] };
  await writeFile(new URL("tsconfig.json", directory), JSON.stringify(config));
  for (const [name, text] of Object.entries(model)) await writeFile(new URL(name, directory), text);
  const seconds: number[] = [];
  const memory: (number | undefined)[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const output = await runCompiler();
    seconds.push((performance.now() - startedAt) / 1000);
    const used = /Memory used:\s*(\d+)K/.exec(output)?.[1];
    memory.push(used === undefined ? undefined : Number(used) / 1024);
  }
  return { seconds: median(seconds), memoryMb: median(memory) };
}

async function runCompiler(): Promise<string> {
  const args = [compiler, "--project", fileURLToPath(directory), "--diagnostics"];
  try {
    return (await promisify(execFile)(process.execPath, args)).stdout;
  } catch (error) {
    const output = (error as { readonly stdout?: string }).stdout ?? "";
    throw new Error(`the generated model does not type-check:\n${output.slice(0, 2000)}`);
  }
}
