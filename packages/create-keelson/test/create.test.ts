import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasTerminal, openTerminal } from "../../keelson/test/support/terminal.ts";
import { suggestName, whyNotName } from "../src/project-name.ts";
import { openWorkshop, program } from "./run-create.ts";

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));
const { version } = readJson(import.meta.dirname, "../package.json");
const filesOnly = ["--yes", "--no-install", "--no-git"];

describe("a project", () => {
  it("has its name everywhere, its dot-files, and this version of keelson", () => {
    using shop = openWorkshop();
    const { code, stdout, stderr } = shop.create(["work/tool-shed", ...filesOnly]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("cd work/tool-shed\n  npm install\n  npm run dev\n");
    const files = shop.files("work/tool-shed");
    for (const file of [
      ".gitignore",
      ".dockerignore",
      ".editorconfig",
      "AGENTS.md",
      "Dockerfile",
      "compose.yaml",
    ])
      expect(files).toContain(file);
    expect(files).not.toContain("gitignore");
    const dir = join(shop.dir, "work/tool-shed");
    expect(readJson(dir, "package.json")).toMatchObject({
      name: "tool-shed",
      dependencies: { keelson: version },
    });
    expect(readFileSync(join(dir, "backend.ts"), "utf8")).toContain('name: "tool-shed"');
    expect(files.filter((file) => readFileSync(join(dir, file), "utf8").includes("my-app"))).toEqual([]);
  });

  it("is called my-app and asks nothing where there is no terminal", () => {
    using shop = openWorkshop();
    expect(shop.create(["--no-install", "--no-git"]).code).toBe(0);
    expect(shop.files("my-app")).toContain("backend.ts");
  });

  it("goes into the current folder for a dot, beside what a host or an editor leaves there", () => {
    using shop = openWorkshop();
    mkdirSync(join(shop.dir, "here/.vscode"), { recursive: true });
    const { code, stderr } = shop.create([".", ...filesOnly], {
      node: ["--import", chdirTo(join(shop.dir, "here"))],
    });
    expect(code, stderr).toBe(0);
    expect(shop.files("here")).toContain("backend.ts");
  });

  it("begins a git repository with everything in it but what .gitignore names", () => {
    using shop = openWorkshop();
    expect(shop.create(["app", "--yes", "--no-install"]).stderr).toContain("git repository made");
    expect(existsSync(join(shop.dir, "app/.git/index"))).toBe(true);
    // A repository within a repository would be left out of the outer one.
    expect(shop.create(["app/inner", "--yes", "--no-install"]).stderr).toContain(
      "in a git repository already",
    );
    expect(existsSync(join(shop.dir, "app/inner/.git"))).toBe(false);
  });

  it("speaks the language of the package manager that made it, or that was asked for", () => {
    using shop = openWorkshop();
    const env = { npm_config_user_agent: "pnpm/10.4.0 npm/? node/v24.21.0 linux x64" };
    expect(shop.create(["one", ...filesOnly], { env }).stderr).toContain("pnpm install\n  pnpm run dev");
    const dockerfile = readFileSync(join(shop.dir, "one/Dockerfile"), "utf8");
    expect(dockerfile).toContain("COPY package.json pnpm-lock.yaml ./");
    expect(dockerfile).toMatch(/RUN npx --yes pnpm@10 install --frozen-lockfile --prod --no-optional/);
    expect(readFileSync(join(shop.dir, "one/README.md"), "utf8")).toContain("pnpm exec keelson token");
    expect(shop.create(["two", ...filesOnly, "--pm", "bun"], { env }).stderr).toContain(
      "bun install\n  bun run dev",
    );
    const unknown = { npm_config_user_agent: "deno/2.1.0" };
    expect(shop.create(["three", ...filesOnly], { env: unknown }).stderr).toContain(
      "npm install\n  npm run dev",
    );
  });

  it("takes keelson from where it was told to", () => {
    using shop = openWorkshop();
    const keelsonOf = (folder: string) => readJson(shop.dir, folder, "package.json").dependencies.keelson;
    writeFileSync(join(shop.dir, "keelson-9.tgz"), "");
    expect(shop.create(["one", ...filesOnly, "--keelson", "keelson-9.tgz"]).code).toBe(0);
    expect(keelsonOf("one")).toBe(`file:${join(shop.dir, "keelson-9.tgz")}`);
    expect(shop.create(["two", ...filesOnly, "--keelson", "next"]).code).toBe(0);
    expect(keelsonOf("two")).toBe("next");
  });

  it("stays when its dependencies cannot be installed, and says what to run", () => {
    using shop = openWorkshop();
    const env = { PATH: shop.dir };
    const { code, stderr } = shop.create(["app", "--yes", "--no-git"], { env });
    expect(code).toBe(1);
    expect(stderr).toContain("the dependencies are not installed: npm is not installed");
    expect(stderr).toContain("cd app\n  npm install");
    expect(shop.files("app")).toContain("backend.ts");
  });
});

/** Changes the directory before the program starts. */
const chdirTo = (dir: string): string =>
  `data:text/javascript,process.chdir(decodeURIComponent("${encodeURIComponent(dir)}"))`;

describe("refuses, in one message, without writing anything:", () => {
  it.each([
    [["My App", "--yes"], '"My App" is not a name', "For example: my-app."],
    [["1st"], '"1st" is not a name', "begins with a letter"],
    [["keelson"], '"keelson" is the name of something else', "keelson-app"],
    [["x".repeat(51)], "is not a name", "at most 50 characters"],
    [["one", "two"], "One folder is enough", "quotes"],
    [["app", "--colour"], "Unknown option '--colour'", "--help"],
    [["app", "--pm"], "'--pm <value>' argument missing", "--help"],
    [["app", "--pm", "cargo"], '"cargo" is no package manager', "npm, pnpm, yarn, bun"],
    [["app", "--keelson", "./none.tgz"], "There is no file", "a version such as"],
    [["app", "--keelson", ""], "--keelson is empty", "leave it out"],
  ])("%j", (args, what, instead) => {
    using shop = openWorkshop();
    const { code, stdout, stderr } = shop.create(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(what);
    expect(stderr).toContain(instead);
    expect(stderr.trimEnd().split("\n")).toHaveLength(2);
    expect(shop.files()).toEqual([]);
  });

  it("a folder that holds something", () => {
    using shop = openWorkshop();
    mkdirSync(join(shop.dir, "app"));
    writeFileSync(join(shop.dir, "app/diary.txt"), "dear");
    const { code, stderr } = shop.create(["app", ...filesOnly]);
    expect(code).toBe(2);
    expect(stderr).toContain("The folder app is not empty: it holds diary.txt.");
    expect(shop.files("app")).toEqual(["diary.txt"]);
  });

  it("a folder that cannot be made", () => {
    using shop = openWorkshop();
    writeFileSync(join(shop.dir, "file"), "");
    const { code, stderr } = shop.create(["file/app", ...filesOnly]);
    expect(code).toBe(1);
    expect(stderr).toContain("cannot be written: There is a file in the way.");
    if (process.platform === "linux") expect(shop.create(["/proc/app", ...filesOnly]).code).toBe(1);
  });

  it.runIf(process.getuid?.() === 0)("a folder that belongs to somebody else", () => {
    using shop = openWorkshop();
    chmodSync(shop.dir, 0o755);
    const { code, stderr } = shop.create(["app", ...filesOnly], { user: 65_534 });
    expect(code, stderr).toBe(1);
    expect(stderr).toContain("This user may not write there.");
    expect(shop.files()).toEqual([]);
  });

  it("an old Node", () => {
    using shop = openWorkshop();
    const old = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.11.0"})';
    const { code, stderr } = shop.create(["app", ...filesOnly], { node: ["--import", old] });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Keelson needs Node 22\.18 or newer.*\n$/);
    expect(shop.files()).toEqual([]);
  });
});

it("prints help and version on standard output", () => {
  using shop = openWorkshop();
  expect(shop.create(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  const { code, stdout, stderr } = shop.create(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const option of ["--yes", "--no-install", "--no-git", "--pm", "--keelson", "--help", "--version"])
    expect(stdout).toContain(option);
});

it("suggests names that are valid", () => {
  expect(["My App", "Größe_2", "@team/thing", "2048", "node_modules", "…"].map(suggestName)).toEqual([
    "my-app",
    "gro-e-2",
    "team-thing",
    undefined,
    "node-modules-app",
    undefined,
  ]);
  expect(whyNotName("a-b-2")).toBeUndefined();
  for (const name of ["", "-a", "a-", "a--b", "A", "a.b", "a_b", "ä", "a b"])
    expect(whyNotName(name)).toBeDefined();
});

describe.runIf(hasTerminal)("on a terminal", () => {
  it("asks for what is open, and again where an answer will not do", async () => {
    using shop = openWorkshop();
    const terminal = openTerminal([], { cwd: shop.dir, program, env: { NO_COLOR: "1" } });
    await terminal.shows(/Where to\? \(my-app\) /);
    terminal.type("No Good\r");
    await terminal.shows(/For example: no-good\.[\s\S]*Where to\?/);
    terminal.type("fine\r");
    await terminal.shows(/Install the dependencies with npm\? \(Y\/n\) /);
    terminal.type("n\r");
    await terminal.shows(/Make a git repository\? \(Y\/n\) /);
    terminal.type("n\r");
    expect(await terminal.ended).toBe(0);
    expect(shop.files("fine")).toContain("backend.ts");
    expect(existsSync(join(shop.dir, "fine/.git"))).toBe(false);
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("makes nothing after %s", async (_name, key) => {
    using shop = openWorkshop();
    const terminal = openTerminal(["app"], { cwd: shop.dir, program, env: { NO_COLOR: "1" } });
    await terminal.shows(/Install the dependencies/);
    terminal.type(key);
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen).toContain("nothing was made");
    expect(shop.files()).toEqual([]);
  });
});
