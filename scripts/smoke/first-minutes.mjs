import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "./report.mjs";
import { startService, until } from "./service.mjs";

/**
 * What the README of a new project promises for the first ten minutes, pasted from it.
 *
 * @param {string} project
 */
export async function firstMinutes(project) {
  const readme = readFileSync(join(project, "README.md"), "utf8");
  const service = await startService(project, ["npm", "run", "dev"]);
  try {
    expect("npm run dev answers", await service.ready(), service.output());
    const [, commands = ""] = /^```sh run\n(.+?)^```/ms.exec(readme) ?? [];
    const output = execFileSync("bash", ["-euc", commands.replaceAll("http://127.0.0.1:3000", service.url)], {
      cwd: project,
      encoding: "utf8",
    });
    const answers = answersIn(output);
    expect("the commands of the README give four answers", answers.length === 4, output);
    const [list, done, again, refused] = answers;
    expect(
      "a list with its projects",
      list?.data?.length === 3 && list.data[0].project.name !== undefined,
      list,
    );
    expect("a completed task", done?.status === "done", done);
    expect("the refusal that the command declares", again?.code === "already_done", again);
    expect("and the refusal of an access rule", refused?.status === 403, refused);
    await addField(project, readme, service.url);
  } finally {
    const code = await service.stop("SIGINT");
    expect("Ctrl-C stops it", code === 0 || code === 130 || code === "SIGINT", {
      code,
      output: service.output(),
    });
  }
}

/**
 * JSON values, one after the other without a mark between them.
 *
 * @param {string} text
 * @returns {any[]}
 */
function answersIn(text) {
  return text
    .replaceAll(/\}\s*\{(?="(data|id|type)")/g, "}\u0000{")
    .split("\u0000")
    .map((part) => JSON.parse(part));
}

/**
 * Does what the README suggests, waits for the reload, and takes it back.
 *
 * @type {(project: string, readme: string, url: string) => Promise<void>}
 */
async function addField(project, readme, url) {
  const file = join(project, "resources/task.ts");
  const before = readFileSync(file, "utf8");
  const [, line = ""] = /^```ts\n(.+?)^```/ms.exec(readme) ?? [];
  const after = before
    .replace("  fields: {\n", (found) => found + line)
    .replace("  eq,\n", "  eq,\n  integer,\n");
  writeFileSync(file, after);
  const offered = async () => /"estimate"/.test(await (await fetch(`${url}/openapi.json`)).text());
  expect("a field added as the README says is there after saving", await until(offered), after);
  writeFileSync(file, before);
  expect("and gone after taking it back", await until(async () => !(await offered())));
}
