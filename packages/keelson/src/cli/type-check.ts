import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { type PrintedError, readTypeErrors } from "./read-type-errors.ts";
import { paint, say } from "./terminal.ts";

/**
 * Runs the project's own TypeScript beside the development server. Node only strips types, so errors in them block
 * nothing; they are shown once the reload is done. One check runs at a time, at low priority, and the next change
 * ends it.
 */
export interface TypeCheck {
  /** What was saved last is being served: checks it, soon. */
  check(): void;
  /** Something has changed: what is being checked is out of date. */
  cancel(): void;
  close(): void;
}

export interface TypeCheckOptions {
  readonly dir: string;
  readonly entry: string;
  readonly stateDir: string;
}

/** Several saves in a row get one check. */
const settleMs = 250;
const maxShown = 10;

export function newTypeCheck(options: TypeCheckOptions): TypeCheck {
  const compiler = findCompiler(options.dir);
  if (compiler === undefined) return withoutCompiler(options.entry);
  let timer: NodeJS.Timeout | undefined;
  let running: ChildProcess | undefined;
  let shown = "";
  const tell = (errors: readonly PrintedError[]): void => {
    const text = errors.map(({ line }) => line).join("\n");
    if (text !== shown && errors.length === 0) say(paint("green", "  types  no errors any more"));
    else if (text !== shown) sayErrors(errors);
    else if (errors.length > 0) say(paint("yellow", `  types  ${counted(errors.length)}, as before`));
    shown = text;
  };
  const cancel = (): void => {
    clearTimeout(timer);
    if (running) kill(running);
    running = undefined;
  };
  const begin = (): void => {
    const child = spawn(process.execPath, [compiler, ...argumentsFor(options)], {
      cwd: options.dir,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: the compiler may be a script that starts another program.
      detached: process.platform !== "win32",
    });
    running = child;
    lowerPriority(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    child.on("error", () => {});
    child.on("close", (code) => {
      if (running !== child) return;
      running = undefined;
      const errors = readTypeErrors(output);
      if (errors.length > 0 || code === 0) return tell(errors);
      // It did not come as far as checking, for a reason of its own.
      say(
        paint("yellow", `  types  TypeScript ended with code ${code}: ${output.trim().split("\n")[0] ?? ""}`),
      );
    });
  };
  return {
    check: () => {
      cancel();
      timer = setTimeout(begin, settleMs);
    },
    cancel,
    close: cancel,
  };
}

/** Says once what is missing, where there are types to check. */
function withoutCompiler(entry: string): TypeCheck {
  let said = !/\.[cm]?ts$/.test(entry);
  const check = (): void => {
    if (!said)
      say(
        paint("dim", "  types  not checked: npm install --save-dev typescript (--no-types to not be told)"),
      );
    said = true;
  };
  return { check, cancel: () => {}, close: () => {} };
}

/** The script of the project's own TypeScript, of whatever version. */
function findCompiler(dir: string): string | undefined {
  try {
    const manifest = createRequire(join(dir, "package.json")).resolve("typescript/package.json");
    const script = join(dirname(manifest), "bin", "tsc");
    return existsSync(script) ? script : undefined;
  } catch {
    return undefined;
  }
}

const compilerMajor = (dir: string): number =>
  Number.parseInt(createRequire(join(dir, "package.json"))("typescript/package.json").version, 10);

/** The project's own settings; without any, those that fit what Node runs. */
function argumentsFor({ dir, entry, stateDir }: TypeCheckOptions): readonly string[] {
  const common = ["--noEmit", "--pretty", "false", "--incremental"];
  common.push("--tsBuildInfoFile", join(stateDir, "types.tsbuildinfo"));
  if (existsSync(join(dir, "tsconfig.json"))) return ["--project", dir, ...common];
  const conditions = process.execArgv.flatMap((arg) => /^(?:-C|--conditions)=(.+)/.exec(arg)?.[1] ?? []);
  return [
    ...common,
    // Settings of a folder above are not this project's; newer compilers want to be told.
    ...(compilerMajor(dir) >= 6 ? ["--ignoreConfig"] : []),
    ...["--target", "esnext", "--module", "nodenext", "--strict", "--skipLibCheck"],
    ...["--allowImportingTsExtensions", "--erasableSyntaxOnly", "--verbatimModuleSyntax"],
    ...(conditions.length === 0 ? [] : ["--customConditions", conditions.join(",")]),
    entry,
  ];
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended, or the system does not allow it.
  }
}

function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

const counted = (errors: number): string => `${errors} ${errors === 1 ? "error" : "errors"}`;

function sayErrors(errors: readonly PrintedError[]): void {
  say(paint("yellow", `  types  ${counted(errors.length)}; they do not keep it from running`));
  for (const { place, message, code } of errors.slice(0, maxShown))
    say(`    ${place === "" ? "" : `${place}  `}${message} ${paint("dim", code)}`);
  if (errors.length > maxShown)
    say(paint("dim", `    and ${errors.length - maxShown} more: npx tsc --noEmit`));
}
