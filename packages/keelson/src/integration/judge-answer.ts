import type { Fault } from "../base/error.ts";
import type { Result } from "../base/result.ts";
import type { UpstreamError, UpstreamRefusal } from "../declare/integration.ts";
import type { IntegrationOperationModel } from "../model/integration-model.ts";
import type { IncomingAnswer } from "../outbound/outgoing-request.ts";
import { knownMembers } from "./known-members.ts";

/** Checks a value against a declared shape and brings it into its one form. */
export type CheckShape = (value: unknown) => Promised<Result<unknown, readonly Fault[]>>;

type Promised<T> = T | Promise<T>;

/** What an answer amounts to. */
export type Judgement =
  | { readonly kind: "output"; readonly output: unknown }
  | { readonly kind: "declared"; readonly error: string; readonly refusal: UpstreamRefusal }
  /** Another status than one of success. */
  | { readonly kind: "status"; readonly body: unknown }
  | { readonly kind: "wrong"; readonly what: string };

/** Holds an answer against what was declared. Never throws on whatever the other service sends. */
export async function judgeAnswer(
  operation: IntegrationOperationModel,
  answer: IncomingAnswer,
  check: CheckShape | undefined,
): Promise<Judgement> {
  const { status } = answer;
  if (status >= 200 && status < 300)
    return check && operation.output
      ? readOutput(operation, answer, check)
      : { kind: "output", output: undefined };
  if (status >= 300 && status < 400) return { kind: "wrong", what: `it is a redirect (${status})` };
  const body = looseBody(answer);
  const error = declaredErrorOf(operation, answer);
  return error === undefined
    ? { kind: "status", body }
    : { kind: "declared", error, refusal: { status, body } };
}

/** The name of the declared error that an answer is. */
export function declaredErrorOf(
  { declaration }: Pick<IntegrationOperationModel, "declaration">,
  answer: IncomingAnswer,
): string | undefined {
  const fitting = Object.entries(declaration.errors ?? {}).filter(
    ([, { status }]) => status === answer.status,
  );
  return fitting.find(([, declared]) => applies(declared, looseBody(answer)))?.[0];
}

function applies({ when }: UpstreamError, body: unknown): boolean {
  try {
    return when === undefined || when(body) === true;
  } catch {
    // It looked into something that is not there: so it is not this error.
    return false;
  }
}

async function readOutput(
  { output }: IntegrationOperationModel,
  answer: IncomingAnswer,
  check: CheckShape,
): Promise<Judgement> {
  const type = answer.headers["content-type"] ?? "";
  if (answer.body.length === 0) return { kind: "wrong", what: "it has no body" };
  if (!isJson(type)) return { kind: "wrong", what: `its content type is ${shownType(type)}, not JSON` };
  const coding = answer.headers["content-encoding"] ?? "identity";
  if (coding !== "identity") return { kind: "wrong", what: "it is compressed, which was not asked for" };
  const parsed = parse(answer.body);
  if (!parsed) return { kind: "wrong", what: "it is not JSON in UTF-8" };
  const value = output?.kind === "fields" ? knownMembers(output.fields, parsed.value) : parsed.value;
  const checked = await check(value);
  if (checked.ok) return { kind: "output", output: checked.value };
  return { kind: "wrong", what: checked.error.map(faultText).join("; ") };
}

const faultText = ({ pointer = "#", detail }: Fault): string => `${pointer} ${detail}`;

/** `application/json`, `application/problem+json` and the like. */
const isJson = (type: string): boolean => /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type);

const shownType = (type: string): string => (type === "" ? "missing" : JSON.stringify(type.slice(0, 80)));

/** Of errors: whatever there is to be had. */
export function looseBody({ body, headers }: IncomingAnswer): unknown {
  if (body.length === 0) return undefined;
  const parsed = isJson(headers["content-type"] ?? "") ? parse(body) : undefined;
  return parsed ? parsed.value : body.toString("utf8");
}

function parse(body: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch {
    return undefined;
  }
}
