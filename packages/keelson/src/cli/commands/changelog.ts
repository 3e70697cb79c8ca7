import { Command } from "commander";
import { changelogOf } from "../../contract/changelog/changelog-of.ts";
import { openProject, type ProjectOptions } from "../project.ts";
import { print, say } from "../terminal.ts";

export const changelogCommand = (): Command =>
  new Command("changelog")
    .description("print what changed from version to version of the API, as Markdown")
    .action(async (options: ProjectOptions) => {
      const { model } = await openProject(options);
      const text = changelogOf(model);
      if (text === "") say('No versions are declared: backend({ versions: [version("2026-11-01", [])] })');
      else print(text);
    });
