import type { ApiOperation } from "./api-operation.ts";
import { type Complain, parsed } from "./complaint.ts";
import { type FuzzRequest, headerOf } from "./fuzz-request.ts";
import type { FuzzAnswer } from "./send-request.ts";

interface Problem {
  readonly type?: unknown;
  readonly title?: unknown;
  readonly status?: unknown;
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly requestId?: unknown;
  readonly errors?: readonly Fault[];
}

interface Fault {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
}

/** Whether a refusal is a problem as RFC 9457 has it, that says something true about the request. */
export function judgeProblem(parts: {
  readonly operation: ApiOperation | undefined;
  readonly request: FuzzRequest;
  readonly answer: FuzzAnswer;
  readonly complain: Complain;
}): void {
  const { request, answer, complain, operation } = parts;
  const { status, headers, bytes } = answer;
  const type = headers["content-type"];
  if (type !== "application/problem+json") return void complain("problem", `${status} has the type ${type}`);
  if (headers["content-encoding"] !== undefined) return;
  const problem = parsed(bytes)?.value as Problem | undefined;
  if (problem === undefined) return void complain("problem", "it is no JSON");
  if (problem.status !== status) complain("problem", `${status} says that it is ${String(problem.status)}`);
  for (const name of ["type", "title", "code", "requestId"] as const)
    if (typeof problem[name] !== "string" || problem[name] === "") complain("problem", `it has no ${name}`);
  const replayed = headers["idempotent-replayed"] !== undefined;
  if (!replayed && problem.requestId !== headers["x-request-id"])
    complain("problem", "its requestId is not that of the answer");
  if (/ at (?:async )?[\w.<>]+ \(|node:internal|\/src\/|select .* from /i.test(String(problem.detail)))
    complain("internals", String(problem.detail).slice(0, 200));
  for (const fault of problem.errors ?? []) judgePlace(fault, request, operation, complain);
}

/** A fault must be about something that was sent, or that is missing. */
function judgePlace(
  { pointer, parameter, header }: Fault,
  request: FuzzRequest,
  operation: ApiOperation | undefined,
  complain: Complain,
): void {
  if (header !== undefined) {
    const declared = operation?.parameters.some(
      (each) => each.in === "header" && each.name.toLowerCase() === header.toLowerCase(),
    );
    if (headerOf(request, header.toLowerCase()) === undefined && !declared)
      complain("place", `the header ${header} was not sent`);
  }
  if (parameter !== undefined) {
    const names = request.query
      .flatMap((part) => part.split("&"))
      .map((part) => decoded(part.split("=")[0] ?? ""));
    const declared = operation?.parameters.some((each) => each.name === parameter && each.required);
    const sent = names.some((name) => name === parameter || `${name}[eq]` === parameter);
    if (!sent && !declared) complain("place", `the parameter ${parameter} was not sent`);
  }
  if (pointer !== undefined) judgePointer(pointer, request, complain);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function judgePointer(pointer: string, { body }: FuzzRequest, complain: Complain): void {
  if (!/^#(?:\/|$)/.test(pointer))
    return void complain("place", `${pointer} is no pointer in URI-fragment form`);
  const json = parsed(Buffer.from(body ?? ""));
  if (json === undefined) return;
  const segments = pointer
    .slice(1)
    .split("/")
    .slice(1)
    .map((part) => decoded(part.replaceAll("+", "%2B")).replaceAll("~1", "/").replaceAll("~0", "~"));
  let here: unknown = json.value;
  for (const [at, segment] of segments.entries()) {
    const last = at === segments.length - 1;
    if (typeof here !== "object" || here === null) {
      return void complain("place", `${pointer} goes through what is no object`);
    }
    if (!Object.hasOwn(here, segment)) {
      // The last one may be what is missing.
      if (!last) complain("place", `${pointer} points at nothing that was sent`);
      return;
    }
    here = (here as Readonly<Record<string, unknown>>)[segment];
  }
}
