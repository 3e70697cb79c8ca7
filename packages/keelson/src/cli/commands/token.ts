import { Command, InvalidArgumentError } from "commander";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { checkRoles } from "../check-roles.ts";
import { developmentKey, openProject, type ProjectOptions } from "../project.ts";
import { print, printJson } from "../terminal.ts";

interface Options extends ProjectOptions {
  readonly as: readonly string[];
  readonly subject?: string;
  readonly hours: number;
  readonly json?: true;
}

export const tokenCommand = (): Command =>
  new Command("token")
    .description("print an access token for development; production refuses it")
    .option("--as <role...>", "roles of the caller", [])
    .option("--subject <id>", 'the caller\'s id (default: the first role, or "developer")')
    .option("--hours <number>", "how long it is valid", parseHours, 720)
    .option("--json", "print token, subject, roles and expiry as JSON")
    .action(async (options: Options) => {
      const project = await openProject(options);
      const key = await developmentKey(project.config, project.model.name);
      if (!key) throw refuseInProduction();
      checkRoles(project.model, options.as);
      const subject = options.subject ?? options.as[0] ?? "developer";
      const token = await key.mint({ subject, roles: options.as, lifetimeSeconds: options.hours * 3_600 });
      if (options.json)
        printJson({ token, subject, roles: options.as, expiresInSeconds: options.hours * 3_600 });
      else print(token);
    });

function parseHours(text: string): number {
  const hours = Number(text);
  if (Number.isFinite(hours) && hours > 0 && hours <= 8_760) return hours;
  throw new InvalidArgumentError("It must be a number of hours up to 8760 (one year).");
}

function refuseInProduction(): DiagnosticError {
  return new DiagnosticError([
    {
      code: "development-only",
      severity: "error",
      where: "keelson token",
      what: "Development tokens are not for production, which would refuse them.",
      instead: "Get a token from the configured issuer.",
    },
  ]);
}
