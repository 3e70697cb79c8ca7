import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { openapiOf } from "../../contract/openapi/openapi-of.ts";
import { modelAtVersion } from "../model-at-version.ts";
import { openProject, type ProjectOptions } from "../project.ts";
import { paint, print, say } from "../terminal.ts";

interface Options extends ProjectOptions {
  readonly out?: string;
  readonly apiVersion?: string;
}

export const openapiCommand = (): Command =>
  new Command("openapi")
    .description("print the OpenAPI 3.1 document")
    .option("--api-version <date>", "describe this version of the API instead of the newest")
    .option("--out <file>", "write it to a file instead")
    .action(async (options: Options) => {
      const { model } = await openProject(options);
      const text = JSON.stringify(openapiOf(modelAtVersion(model, options.apiVersion)), null, 2);
      if (options.out === undefined) return print(text);
      await writeFile(options.out, `${text}\n`);
      say(paint("green", `wrote ${options.out}`));
    });
