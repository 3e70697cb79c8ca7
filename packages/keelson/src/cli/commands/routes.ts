import { Command } from "commander";
import { restRoutes } from "../../contract/rest-routes.ts";
import { openProject, type ProjectOptions } from "../project.ts";
import { formatTable, print, printJson } from "../terminal.ts";

interface Options extends ProjectOptions {
  readonly json?: true;
}

export const routesCommand = (): Command =>
  new Command("routes")
    .description("list the REST routes and their operations")
    .option("--json", "print them as JSON")
    .action(async (options: Options) => {
      const { model } = await openProject(options);
      const routes = restRoutes(model).map(({ method, path, operation }) => ({
        method,
        path,
        operation: operation.name,
      }));
      if (options.json) printJson(routes);
      else print(formatTable(routes.map((route) => [route.method, route.path, route.operation])));
    });
