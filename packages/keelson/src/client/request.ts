import type { CallOptions } from "./call-options.ts";
import type { Effect } from "./repetition.ts";

/** One call, before it is sent. */
export interface Outgoing {
  /** `order.pay`. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** From `/v1` on, with its query. */
  readonly path: string;
  readonly effect: Effect;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly options: CallOptions;
  /** Instead of a body of JSON. */
  readonly raw?: { readonly body: NonNullable<RequestInit["body"]>; readonly type: string };
  /** Gives the answer itself, whose body is read as it comes. */
  readonly streamed?: boolean;
  /** Told of the answer before it is read. */
  readonly onAnswer?: (answer: Response) => void;
}

/** `?fields=id,total&expand=customer`; empty when nothing is asked. */
export function answerQuery(options: AnswerParts | undefined): string {
  return queryOf([
    ["fields", names(options?.fields)],
    ["expand", names(options?.expand)],
  ]);
}

/** What an import is told besides its file. */
export const importQuery = (options: {
  readonly onConflict: string | undefined;
  readonly key: readonly string[] | undefined;
  readonly ignore: readonly string[] | undefined;
  readonly maxErrors: number | undefined;
}): string =>
  queryOf([
    ["onConflict", options.onConflict],
    ["key", names(options.key)],
    ["ignore", names(options.ignore)],
    ["maxErrors", options.maxErrors === undefined ? undefined : String(options.maxErrors)],
  ]);

/** The same, and whether a batch is all or nothing where its caller has said so. */
export function batchQuery(options: AnswerParts & { readonly atomic?: boolean | undefined }): string {
  return queryOf([
    ["atomic", options.atomic === undefined ? undefined : String(options.atomic)],
    ["fields", names(options.fields)],
    ["expand", names(options.expand)],
  ]);
}

interface AnswerParts {
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
}

/** What a list is asked for, without its types. */
export interface ListParts extends AnswerParts {
  readonly filter?: object;
  readonly sort?: string | readonly string[];
  readonly limit?: number;
  readonly cursor?: string;
}

/** Longer addresses than this get lost on the way: then the query goes in a body. */
const longestQuery = 2_000;

/**
 * A list is read with GET, so that it can be seen and cached; where a filter cannot be said in an address, or
 * would make it too long, the same goes to `/query` in a body.
 */
export function listRequest(path: string, parts: ListParts): Pick<Outgoing, "method" | "path" | "body"> {
  const filters = filterParameters(parts.filter ?? {});
  const query =
    filters &&
    queryOf([
      ...filters,
      ["sort", names(typeof parts.sort === "string" ? [parts.sort] : parts.sort)],
      ["limit", parts.limit === undefined ? undefined : String(parts.limit)],
      ["cursor", parts.cursor],
      ["fields", names(parts.fields)],
      ["expand", names(parts.expand)],
    ]);
  if (query !== undefined && query.length <= longestQuery) return { method: "GET", path: path + query };
  const { filter, sort, limit, cursor, fields, expand } = parts;
  return { method: "POST", path: `${path}/query`, body: { filter, sort, limit, cursor, fields, expand } };
}

type Parameter = readonly [name: string, value: string | undefined];

/** The filter as parameters; undefined where it cannot be said so. */
function filterParameters(filter: object): readonly Parameter[] | undefined {
  const parameters: Parameter[] = [];
  for (const [path, condition] of Object.entries(filter)) {
    if (condition === undefined) continue;
    if (path === "and" || path === "or" || path === "not") return undefined;
    const comparisons = isObject(condition)
      ? Object.entries(condition).map(([operator, value]) => [`${path}[${operator}]`, value] as const)
      : [[path, condition] as const];
    for (const [name, value] of comparisons) {
      if (value === undefined) continue;
      const text = operandText(value);
      if (text === undefined) return undefined;
      parameters.push([name, text]);
    }
  }
  return parameters;
}

/** Items are separated by commas, so none may have one; what is no scalar is for the API to refuse. */
function operandText(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const items = value.map(operandText);
    return items.length > 0 && items.every((item) => item !== undefined && item !== "" && !item.includes(","))
      ? items.join(",")
      : undefined;
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const names = (list: readonly string[] | undefined): string | undefined =>
  list === undefined || list.length === 0 ? undefined : list.join(",");

function queryOf(parameters: readonly Parameter[]): string {
  const parts = parameters.flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/** The header field for a version or an entity tag. */
export function entityTag(version: number | string | undefined): string | undefined {
  if (version === undefined) return undefined;
  return typeof version === "number" || /^\d+$/.test(version) ? `"${version}"` : version;
}

/** A path segment: an id is never more than one. */
export function segment(id: string): string {
  if (typeof id !== "string" || id === "")
    throw new TypeError("A record is named by its id: a text that is not empty.");
  return encodeURIComponent(id);
}

/** A random key in the form of RFC 8941, quotes included. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `"${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}"`;
}

const withQuotes = (key: string | undefined): string | undefined =>
  key === undefined || key.startsWith('"') ? key : JSON.stringify(key);

/** Header fields of a call with effects. */
export const changing = ({
  ifMatch,
  idempotencyKey,
}: {
  readonly ifMatch?: number | string;
  readonly idempotencyKey?: string;
}): NonNullable<Outgoing["headers"]> => ({
  "if-match": entityTag(ifMatch),
  "idempotency-key": withQuotes(idempotencyKey),
});
