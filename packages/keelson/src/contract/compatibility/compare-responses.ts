import type { OpenApiObject } from "../openapi/components.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { type Comparison, type ContractDocument, type Place, resolved } from "./contract-change.ts";

type Objects = Readonly<Record<string, OpenApiObject>>;

/** Compares the answers of one operation, by status. */
export function compareResponses(comparison: Comparison, where: string, was: Objects, now: Objects): void {
  for (const status of Object.keys(was)) {
    const place: Place = { where, at: status };
    if (!now[status])
      comparison.add(`${kindOf(status)}-status-removed`, place, `is not answered with ${status} any more`);
    else if (kindOf(status) === "error") compareProblems(comparison, place, was[status], now[status]);
    else compareAnswer(comparison, place, was[status], now[status]);
  }
  for (const status of Object.keys(now))
    if (!was[status])
      comparison.add(
        `${kindOf(status)}-status-added`,
        { where, at: status },
        `may be answered with ${status}`,
      );
}

const kindOf = (status: string): "success" | "error" => (/^[123]/.test(status) ? "success" : "error");

function compareAnswer(comparison: Comparison, place: Place, before: unknown, after: unknown): void {
  const [was, now] = [resolved(comparison.base, before).value, resolved(comparison.next, after).value];
  compareHeaders(comparison, place, was, now);
  const [types, left] = [(was.content ?? {}) as Objects, (now.content ?? {}) as Objects];
  const [had, has] = [Object.keys(types).length > 0, Object.keys(left).length > 0];
  if (had !== has) {
    comparison.add(
      has ? "response-body-added" : "response-body-removed",
      place,
      has ? "has content now" : "has no content any more",
    );
    return;
  }
  for (const type of Object.keys(types))
    if (!left[type]) comparison.add("response-media-type-removed", place, `${type} is not answered any more`);
    else compareSchemas(comparison, "response", place, types[type]?.schema, left[type].schema);
  for (const type of Object.keys(left))
    if (!types[type]) comparison.add("response-media-type-added", place, `${type} can be asked for`);
}

function compareHeaders(comparison: Comparison, place: Place, was: OpenApiObject, now: OpenApiObject): void {
  const [before, after] = [(was.headers ?? {}) as Objects, (now.headers ?? {}) as Objects];
  for (const name of Object.keys(before))
    if (!after[name]) comparison.add("response-header-removed", place, `${name} is not there any more`);
  for (const name of Object.keys(after))
    if (!before[name]) comparison.add("response-header-added", place, `${name} is new`);
}

/** Programs decide by the codes of errors; the rest of a problem is always the same. */
function compareProblems(comparison: Comparison, place: Place, before: unknown, after: unknown): void {
  const [was, now] = [codesOf(comparison.base, before), codesOf(comparison.next, after)];
  for (const code of was)
    if (!now.has(code)) comparison.add("error-code-removed", place, `\`${code}\` is gone`);
  for (const code of now) if (!was.has(code)) comparison.add("error-code-added", place, `\`${code}\` is new`);
}

function codesOf(document: ContractDocument, response: unknown): ReadonlySet<string> {
  const content = (resolved(document, response).value.content ?? {}) as Objects;
  const schema = content["application/problem+json"]?.schema as
    | {
        readonly allOf?: readonly {
          readonly properties?: { readonly code?: { readonly enum?: readonly string[] } };
        }[];
      }
    | undefined;
  return new Set((schema?.allOf ?? []).flatMap((part) => part.properties?.code?.enum ?? []));
}
