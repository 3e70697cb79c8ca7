import { Command } from "commander";
import { type Diagnostic, DiagnosticError } from "../../base/diagnostic.ts";
import { openProject, type ProjectOptions } from "../project.ts";
import { exitCodes, paint, printJson, say, sayDiagnostic } from "../terminal.ts";

interface Options extends ProjectOptions {
  readonly json?: true;
}

export const checkCommand = (): Command =>
  new Command("check")
    .description("check the declarations and the configuration without starting anything")
    .option("--json", "print the diagnostics as JSON")
    .action(async (options: Options) => {
      const diagnostics = await diagnose(options);
      const failed = diagnostics.some((diagnostic) => diagnostic.severity === "error");
      if (options.json) printJson({ ok: !failed, diagnostics });
      else {
        for (const diagnostic of diagnostics) sayDiagnostic(diagnostic);
        say(failed ? paint("red", countErrors(diagnostics)) : paint("green", "The declarations are fine."));
      }
      process.exitCode = failed ? exitCodes.wrong : exitCodes.ok;
    });

function countErrors(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  return errors === 1 ? "There is 1 error." : `There are ${errors} errors.`;
}

async function diagnose(options: ProjectOptions): Promise<readonly Diagnostic[]> {
  try {
    return (await openProject(options)).warnings;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}
