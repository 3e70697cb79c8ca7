import { relative } from "node:path";
import { anonymous } from "../base/caller.ts";
import type { DevelopmentKey } from "../identity/development-key.ts";
import type { AppModel } from "../model/app-model.ts";
import { allRoles, policyViews } from "../model/policy-view.ts";
import type { Project } from "./project.ts";
import { paint, say } from "./terminal.ts";

interface BannerParts {
  readonly url: string;
  readonly project: Project;
  readonly key: DevelopmentKey | undefined;
}

/** What is where, and lines to paste that work. */
export async function sayBanner({ url, project, key }: BannerParts): Promise<void> {
  const { model, config } = project;
  const roles = model.backend.roles ?? allRoles(model);
  const role = roles.at(-1);
  const token = await key?.mint({ subject: role ?? "developer", roles: role === undefined ? [] : [role] });
  const list = firstList(model);
  const row = (name: string, value: string) => say(`  ${paint("dim", name.padEnd(10))} ${value}`);
  say();
  say(`  ${paint("bold", model.backend.title ?? model.name)} is running`);
  say();
  row("API", `${url}/v1`);
  if (config.docs) row("docs", `${url}/docs`);
  row("OpenAPI", `${url}/openapi.json`);
  row("health", `${url}/livez  ${url}/readyz`);
  row(
    "database",
    config.databaseUrl === undefined
      ? `embedded PostgreSQL, data in ${config.stateDir}`
      : new URL(config.databaseUrl).host,
  );
  row("roles", roles.length === 0 ? "none" : roles.join(", "));
  row(
    "token",
    inProject(project.dir, role === undefined ? "npx keelson token" : `npx keelson token --as ${role}`),
  );
  say();
  if (list === undefined) return;
  say(`  ${paint("dim", "Try it:")}`);
  say();
  if (list.open) say(`curl -s "${url}${list.path}?limit=2"`);
  if (token !== undefined) {
    say(`export TOKEN=${token}`);
    say(`curl -s -H "Authorization: Bearer $TOKEN" "${url}${list.path}?limit=2"`);
  }
  say();
}

/** The command as it works where the developer is: npm may have been run in another directory than the project's. */
function inProject(dir: string, command: string): string {
  const place = relative(process.env.INIT_CWD ?? dir, dir);
  return place === "" ? command : `(cd ${/\s/.test(place) ? `"${place}"` : place} && ${command})`;
}

/** A list to try: one that answers without a token, if there is any. */
function firstList(model: AppModel): { readonly path: string; readonly open: boolean } | undefined {
  const view = policyViews(model)(anonymous);
  const listed = [...model.resources.values()].filter((resource) => resource.operations.has("list"));
  const open = listed.find((resource) => view.rule(resource, "read").op !== "never");
  const found = open ?? listed[0];
  return found && { path: `/v1/${found.path}`, open: open !== undefined };
}
