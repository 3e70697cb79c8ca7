import { formatDiagnostic } from "../base/diagnostic.ts";
import type { KeelsonError } from "../base/error.ts";
import type { CallEnded, Observation, Observe, RequestRefused } from "../observe/observation.ts";
import { jobLine } from "./job-line.ts";
import { newProgressDisplay } from "./progress.ts";
import { callLine, errorText, requestLine } from "./request-line.ts";
import { paint, say } from "./terminal.ts";

/** What is observed, on the screen. */
export interface PrettySink {
  readonly observe: Observe;
  /** What is served is older than what was saved: lines say so from now on. */
  outdated(): void;
  /** Leaves progress as it is; call it before printing anything else. */
  endProgress(): void;
}

/** Doors whose calls belong to an HTTP request, which has one line for all of it. */
const httpDoors: ReadonlySet<string> = new Set(["rest", "graphql", "live", "mcp"]);

/** Doors whose calls are parts of something that is told of as a whole. */
const quietDoors: ReadonlySet<string> = new Set(["handler", "import", "export", "job"]);

/** Observations as a developer wants to see them: one short line a request, and what needs attention. */
export function prettySink(nowMs: () => number): PrettySink {
  const progress = newProgressDisplay(nowMs);
  const stories = newStories();
  let suffix = "";
  return {
    observe: (observation) => {
      if (observation.type === "progress") return progress.show(observation);
      const line = stories.tell(observation) ?? lineOf(observation);
      if (line === undefined || line === "") return;
      progress.end();
      say(observation.type === "request.ended" ? line + suffix : line);
    },
    outdated: () => {
      suffix = paint("yellow", "  (previous version)");
    },
    endProgress: () => progress.end(),
  };
}

/** Gathers what happened to a request until it has ended. */
function newStories() {
  const open = new Map<string, { readonly calls: CallEnded[]; refused: KeelsonError | undefined }>();
  const storyOf = (id: string) => {
    const story = open.get(id) ?? { calls: [], refused: undefined };
    open.set(id, story);
    return story;
  };
  return {
    /** The line of a request that has ended; nothing yet (an empty text) for its parts; undefined for all else. */
    tell(observation: Observation): string | undefined {
      switch (observation.type) {
        case "call.ended":
          if (!httpDoors.has(observation.door)) return undefined;
          storyOf(observation.requestId).calls.push(observation);
          return "";
        case "request.refused":
          if (observation.requestId === null || observation.request === "CONNECT") return undefined;
          storyOf(observation.requestId).refused = observation.error;
          return "";
        case "request.ended": {
          const { calls, refused } = storyOf(observation.requestId);
          open.delete(observation.requestId);
          const error = refused ?? calls.find((call) => call.error)?.error;
          return requestLine({ request: observation, calls, refused }) + causeOf(error);
        }
        default:
          return undefined;
      }
    },
  };
}

function lineOf(observation: Observation): string | undefined {
  switch (observation.type) {
    case "call.ended":
      return quietDoors.has(observation.door)
        ? undefined
        : callLine(observation) + causeOf(observation.error);
    case "request.refused":
      return refusedLine(observation);
    case "transaction.retried":
      return paint("yellow", `  transaction lost a race (${observation.sqlState}) and is run again`);
    case "breaker.opened":
      return paint(
        "red",
        `  ${observation.integration}: most calls failed, and further ones are refused for now`,
      );
    case "breaker.closed":
      return paint("green", `  ${observation.integration}: calls succeed again`);
    case "pool.error":
      return paint("red", `  database connection lost: ${observation.message}`);
    case "database.recovered":
      return paint("yellow", `  database: ${observation.detail}`);
    case "database.stopped":
      return observation.expected
        ? undefined
        : paint("red", `  the database stopped unexpectedly (exit code ${observation.code})`);
    case "migration.applied":
      return `  applied ${observation.id} ${paint("dim", `${Math.round(observation.tookMs)} ms`)}`;
    case "migration.waiting":
      return paint("yellow", `  waiting: ${observation.reason}`);
    case "job.finished":
    case "job.failed":
    case "job.dead":
    case "job.given up":
    case "job.unsettled":
      return jobLine(observation);
    case "job.lost":
      return paint(
        "yellow",
        `  job ${observation.job}: its worker is gone; ${observation.dead === null ? "it runs again" : "it is a dead letter now"}`,
      );
    case "diagnostic":
      return paint("yellow", formatDiagnostic(observation.diagnostic));
    default:
      return undefined;
  }
}

function refusedLine({ request, requestId, error }: RequestRefused): string {
  return `  ${(request ?? "no request").padEnd(52)}  ${paint("yellow", String(error.status))}  ${errorText(error, requestId)}${causeOf(error)}`;
}

/** What went wrong inside, for errors that are ours. */
const causeOf = (error: KeelsonError | undefined): string =>
  error && error.status >= 500 && error.cause instanceof Error ? `\n${shortStack(error.cause)}` : "";

/** The message and the developer's own frames; all frames where there are none of theirs. */
function shortStack({ stack = "" }: Error): string {
  const lines = stack.split("\n");
  const isFrame = (line: string): boolean => line.startsWith("    at ");
  const isForeign = (line: string): boolean => /node:|\/node_modules\//.test(line) || line.includes(ownDir);
  const shown = lines.filter((line) => !isFrame(line) || !isForeign(line));
  return (shown.some(isFrame) ? shown : lines).join("\n");
}

/** Keelson itself, as stacks name it. */
const ownDir = new URL("..", import.meta.url).href;
