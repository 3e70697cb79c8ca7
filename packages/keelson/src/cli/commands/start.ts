import { Command } from "commander";
import { ensureSchema } from "../../runtime/ensure-schema.ts";
import { openData } from "../../runtime/open-data.ts";
import { openLog } from "../../runtime/open-log.ts";
import { serve } from "../../runtime/serve.ts";
import { type PortOptions, portOption, takePort } from "../port-option.ts";
import { developmentKey, openProject, type ProjectOptions, sayWarnings } from "../project.ts";
import { onStopSignal } from "../stop-signals.ts";
import { sayDiagnostic } from "../terminal.ts";

export const startCommand = (): Command =>
  new Command("start")
    .description("serve; the schema must be up to date (keelson migrate apply)")
    .addOption(portOption())
    .action(start);

async function start(options: ProjectOptions & PortOptions): Promise<void> {
  takePort(options);
  const project = await openProject(options);
  sayWarnings(project);
  const { config, model } = project;
  if (config.mode === "production" && !config.issuer && model.issuers.length === 0) sayDiagnostic(noIssuer);
  const log = openLog(config, model.name);
  const data = await openData(config, model.name, log.observe);
  try {
    const key = await developmentKey(config, model.name);
    await ensureSchema({ ...project, data, observe: log.observe });
    const service = await serve({
      config,
      model,
      data,
      observe: log.observe,
      ...(key ? { developmentKey: key } : {}),
    });
    onStopSignal(async (signal) => {
      await service.stop(signal);
      await data.close();
      await log.close();
    });
    await service.listen();
    log.flush();
  } catch (error) {
    await data.close();
    await log.close();
    throw error;
  }
}

const noIssuer = {
  code: "no-issuer",
  severity: "warning",
  where: "KEELSON_AUTH_ISSUER",
  what: "No issuer is configured, so every caller is anonymous; development tokens are not accepted in production.",
  instead:
    "Set KEELSON_AUTH_ISSUER, KEELSON_AUTH_AUDIENCE and KEELSON_AUTH_JWKS_URL, or declare backend({ auth }).",
} as const;
