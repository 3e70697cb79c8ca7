import type { KeelsonError } from "../base/error.ts";
import type { CallEnded, RequestEnded } from "../observe/observation.ts";
import { paint } from "./terminal.ts";

/** What is known of a request when it has ended. */
export interface RequestStory {
  readonly request: RequestEnded;
  /** The calls that it made; none when it was refused at the door. */
  readonly calls: readonly CallEnded[];
  readonly refused: KeelsonError | undefined;
}

/** From here on a number is painted: a developer's machine answers most requests in a tenth of that. */
const slowMs = 200;
const targetWidth = 44;

/** One request on one line: what was asked, how it ended, what it cost, who asked; and what was wrong with it. */
export function requestLine({ request, calls, refused }: RequestStory): string {
  const error = refused ?? calls.find((call) => call.error)?.error;
  const statements = sum(calls, (call) => call.statements);
  const sqlMs = sum(calls, (call) => call.sqlMs);
  const sql =
    calls.some(({ cache }) => cache === "hit" || cache === "stale" || cache === "collapsed") &&
    statements === 0
      ? "cached"
      : `${statements} SQL${statements === 0 ? "" : ` ${milliseconds(sqlMs)}`}`;
  const cells = [
    request.method.padEnd(6),
    shownTarget(request.target).padEnd(targetWidth),
    paintStatus(request.status),
    timed(request.tookMs, milliseconds(request.tookMs).padStart(8)),
    timed(sqlMs, sql.padEnd(14)),
    (request.bytes === null ? "" : size(request.bytes)).padStart(8),
    paint("dim", calls[0]?.callerId ?? "anonymous"),
  ];
  return `  ${cells.join("  ")}${error ? `  ${errorText(error, request.requestId)}` : ""}`;
}

/** One call that came by another door. */
export function callLine(call: CallEnded): string {
  const status = call.error ? errorText(call.error, call.requestId) : paint("green", "ok");
  const sql = `${call.statements} SQL${call.statements === 0 ? "" : ` ${milliseconds(call.sqlMs)}`}`;
  const name = `${call.door} ${call.operation}`.padEnd(targetWidth + 8);
  return `  ${name}  ${timed(call.tookMs, milliseconds(call.tookMs).padStart(8))}  ${sql.padEnd(14)}  ${paint("dim", call.callerId ?? "anonymous")}  ${status}`;
}

/** The code, the first thing that is wrong, how many more there are, and the id under which it was answered. */
export function errorText(error: KeelsonError, requestId: string | null): string {
  const [fault, ...more] = error.errors;
  const where = fault?.pointer ?? fault?.parameter ?? fault?.header;
  const what =
    fault === undefined ? (error.detail ?? "") : `${where === undefined ? "" : `${where} `}${fault.detail}`;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  const id = requestId === null ? "" : `  ${paint("dim", requestId)}`;
  return `${paint(error.status >= 500 ? "red" : "yellow", error.code)}${what === "" ? "" : ` ${what}`}${others}${id}`;
}

const sum = (calls: readonly CallEnded[], value: (call: CallEnded) => number): number =>
  calls.reduce((total, call) => total + value(call), 0);

const milliseconds = (ms: number): string =>
  ms < 100 ? `${ms.toFixed(1)} ms` : `${Math.round(ms).toLocaleString("en")} ms`;

const timed = (ms: number, text: string): string => (ms < slowMs ? text : paint("yellow", text));

const size = (bytes: number): string =>
  bytes < 1_000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${(bytes / 1_000).toFixed(1)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;

function paintStatus(status: number | null): string {
  if (status === null) return paint("yellow", "gone");
  const style = status >= 500 ? "red" : status >= 400 ? "yellow" : status >= 300 ? "cyan" : "green";
  return paint(style, String(status));
}

const longValue = 20;

/** Path and query in few characters: a cursor says nothing to people. Control characters never reach a terminal. */
function shownTarget(target: string): string {
  const [path = "", ...query] = target.split("?");
  const parameters = query.join("?").split("&").filter(Boolean).map(decoded).map(shownParameter);
  const whole = parameters.length === 0 ? path : `${path}?${parameters.join("&")}`;
  const clean = [...whole].map((char) => (char >= " " && char !== "\u007f" ? char : "�")).join("");
  return clean.length <= 2 * targetWidth ? clean : `${clean.slice(0, 2 * targetWidth - 1)}…`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function shownParameter(parameter: string): string {
  const [name = "", ...value] = parameter.split("=");
  const text = value.join("=");
  return text.length <= longValue ? parameter : `${name}=${text.slice(0, longValue - 1)}…`;
}
