/**
 * From nothing to production, as a new user goes: `create-keelson` from its tarball makes a project in an empty
 * folder with a space in its name, which is then checked, tested, served, changed, built and deployed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pack, run } from "./packages/pack.mjs";
import { firstMinutes } from "./smoke/first-minutes.mjs";
import { deploy } from "./smoke/production.mjs";
import { expect, report } from "./smoke/report.mjs";

const folder = mkdtempSync(join(tmpdir(), "keelson create "));
const project = join(folder, "my-app");
// As on any machine: no settings of ours, packages from the cache where they are there.
for (const name of Object.keys(process.env))
  if (/^(KEELSON_|DATABASE_URL$|CI$)/.test(name)) delete process.env[name];
Object.assign(process.env, { npm_config_prefer_offline: "true", NO_COLOR: "1" });

/** `npm create keelson` is `npm exec create-keelson`; here with the tarball in place of the registry's. */
function create() {
  const [keelson, createKeelson] = ["keelson", "create-keelson"].map((name) =>
    basename(pack(name, folder).path),
  );
  const words = ["create-keelson", "my-app", "--yes", "--keelson", `./${keelson}`];
  run(folder, "npm", "exec", "--yes", `--package=./${createKeelson}`, "--", ...words);
  const installed =
    existsSync(join(project, "node_modules/keelson")) && existsSync(join(project, ".git/index"));
  expect("npm create makes a project, installed and under version control", installed);
  const lockfile = readFileSync(join(project, "package-lock.json"), "utf8");
  expect("with the packed keelson", lockfile.includes(`${keelson}`));
}

await report(
  async () => {
    await chmod(folder, 0o755); // root's embedded PostgreSQL runs as another user
    create();
    run(project, "npm", "run", "check");
    expect("npm run check passes", true);
    const tests = run(project, "npm", "test");
    expect("npm test passes", /fail 0/.test(tests), tests);
    await firstMinutes(project);
    await deploy(project, join(folder, "image"));
    const changed = run(project, "git", "status", "--short", "--untracked-files=all");
    expect("all of this leaves nothing behind that git would see", !/^( M|\?\?)/m.test(changed), changed);
  },
  () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }),
);
