import { Command } from "commander";
import { anonymous, type Caller, user } from "../../base/caller.ts";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { didYouMean } from "../../base/nearest.ts";
import { explainOperation } from "../../operation/explain-operation.ts";
import { checkRoles } from "../check-roles.ts";
import { openProject, type ProjectOptions } from "../project.ts";
import { paint, print, printJson } from "../terminal.ts";

interface Options extends ProjectOptions {
  readonly as?: readonly string[];
  readonly subject?: string;
  readonly json?: true;
}

export const explainCommand = (): Command =>
  new Command("explain")
    .description("show the access rule of an operation and the SQL that it becomes")
    .argument("<operation>", "e.g. order.list, order.pay")
    .option("--as <role...>", "roles of the caller; without it and --subject: anonymous")
    .option("--subject <id>", "the caller's id")
    .option("--json", "print it as JSON")
    .action(async (name: string, options: Options) => {
      const { model } = await openProject(options);
      const operation = model.operations.get(name);
      if (!operation) throw unknownOperation(name, [...model.operations.keys()]);
      checkRoles(model, options.as ?? []);
      const explained = explainOperation(model, operation, callerOf(options));
      if (options.json) return printJson(explained);
      print(`${paint("bold", "operation")}  ${name}`);
      print(`${paint("bold", "rule")}       ${explained.rule}`);
      print(`${paint("bold", "as caller")}  ${explained.asCaller}`);
      if (explained.hiddenFields.length > 0)
        print(`${paint("bold", "hidden")}     ${explained.hiddenFields.join(", ")}`);
      if (explained.sql !== undefined) print(`${paint("bold", "SQL")}\n${explained.sql}`);
    });

function callerOf({ as, subject }: Options): Caller {
  if (as === undefined && subject === undefined) return anonymous;
  return user(subject ?? as?.[0] ?? "developer", as ?? []);
}

function unknownOperation(name: string, known: readonly string[]): DiagnosticError {
  return new DiagnosticError([
    {
      code: "unknown-operation",
      severity: "error",
      where: `keelson explain ${name}`,
      what: `There is no such operation.${didYouMean(name, known)}`,
      instead: "keelson routes lists the operations.",
    },
  ]);
}
