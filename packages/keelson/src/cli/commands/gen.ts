import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Command } from "commander";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { clientTextOf } from "../../contract/client/client-text-of.ts";
import { runtimeFiles } from "../../contract/client/runtime-text.ts";
import { modelAtVersion } from "../model-at-version.ts";
import { openProject, type ProjectOptions } from "../project.ts";
import { exitCodes, paint, print, say } from "../terminal.ts";

interface ClientOptions extends ProjectOptions {
  readonly out?: string;
  readonly apiVersion?: string;
  readonly check?: true;
}

export const genCommand = (): Command =>
  new Command("gen").description("write code from the declarations").addCommand(clientCommand());

const clientCommand = (): Command =>
  new Command("client")
    .description("print a TypeScript client that needs no other file and no package")
    .option("--api-version <date>", "for this version of the API instead of the newest")
    .option("--out <file>", "write it to a file instead")
    .option("--check", "write nothing; fail when the file is not what would be written")
    .action(async (options: ClientOptions) => {
      if (options.check && options.out === undefined)
        throw wrong("--check", "There is no file to check.", "Name it: --out src/api.ts --check");
      const { model } = await openProject(options);
      const text = clientTextOf(modelAtVersion(model, options.apiVersion), await readRuntime());
      if (options.out === undefined) return print(text.trimEnd());
      if (options.check) return check(options.out, text);
      try {
        await mkdir(dirname(options.out), { recursive: true });
        await writeFile(options.out, text);
      } catch (error) {
        throw wrong(
          `--out ${options.out}`,
          `It cannot be written (${codeOf(error)}).`,
          "Name a file, in a folder of yours.",
        );
      }
      say(paint("green", `wrote ${options.out}`));
    });

async function check(file: string, text: string): Promise<void> {
  const written = await readFile(file, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw wrong(`--out ${file}`, `It cannot be read (${codeOf(error)}).`, "Name the file of the client.");
  });
  // Repositories may turn the ends of lines around.
  if (written?.replaceAll("\r\n", "\n") === text) return say(paint("green", `${file} is up to date`));
  say(
    paint(
      "red",
      written === undefined ? `${file} does not exist.` : `${file} is not what the declarations say.`,
    ),
  );
  say(`Run keelson gen client --out ${file}`);
  process.exitCode = exitCodes.failed;
}

/** The client's code is written along as source, so the package carries it beside what it compiles to. */
const runtimeFolder = new URL("../../../src/client/", import.meta.url);

const readRuntime = () =>
  Promise.all(
    runtimeFiles.map(async (name) => ({ name, text: await readFile(new URL(name, runtimeFolder), "utf8") })),
  );

const wrong = (where: string, what: string, instead: string): DiagnosticError =>
  new DiagnosticError([{ code: "wrong-option", severity: "error", where, what, instead }]);

const codeOf = (error: unknown): string => String((error as { readonly code?: unknown }).code ?? error);
