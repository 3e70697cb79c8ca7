import { failure, type KeelsonError } from "../../base/error.ts";
import { jsonPointer } from "../../base/json-pointer.ts";
import type { Transaction } from "../../data/transaction.ts";
import type { Filter } from "../../declare/handler.ts";
import { maxFilterLeaves, maxFilterValues } from "../build-filter.ts";
import { canonicalJson } from "../idempotency/canonical-json.ts";
import { callResource, type TransferContext } from "./transfer-context.ts";

type Members = Readonly<Record<string, unknown>>;

/** The record that a row is about, where there is one; or why it cannot be looked for. */
export type Found = { readonly record: Members | undefined } | { readonly error: KeelsonError };

/** What a record is found by, as one text. */
export const keyText = (members: Members, key: readonly string[]): string =>
  canonicalJson(key.map((name) => members[name] ?? null));

interface Asked {
  readonly rows: readonly Members[];
  readonly key: readonly string[];
  /** What is shown of each record, besides its id and key. */
  readonly fields: readonly string[];
}

/** Finds the records that rows are about, by the values of their keys, among those that the caller may read. */
export async function findExisting(
  context: TransferContext,
  transaction: Transaction,
  { rows, key, fields }: Asked,
): Promise<readonly Found[]> {
  const found: Found[] = rows.map((row) => incomplete(row, key) ?? { record: undefined });
  const asked = [...rows.keys()].filter((at) => !("error" in (found[at] as Found)));
  const size = groupSize(context, key);
  for (let start = 0; start < asked.length; start += size) {
    const group = asked.slice(start, start + size);
    const answers = await find(context, transaction, {
      rows: group.map((at) => rows[at] as Members),
      key,
      fields,
    });
    group.forEach((at, position) => {
      found[at] = answers[position] ?? { record: undefined };
    });
  }
  return found;
}

function incomplete(row: Members, key: readonly string[]): Found | undefined {
  const missing = key.filter((name) => row[name] === undefined || row[name] === null);
  if (missing.length === 0) return undefined;
  const errors = missing.map((name) => ({
    pointer: jsonPointer([name]),
    code: "required",
    detail: "is needed to find the record.",
  }));
  return { error: failure("validation_failed", { errors }) };
}

const groupSize = ({ resource }: TransferContext, key: readonly string[]): number =>
  Math.min(
    resource.list.maxLimit,
    key.length === 1 ? maxFilterValues : Math.floor(maxFilterLeaves / key.length),
  );

async function find(
  context: TransferContext,
  transaction: Transaction,
  { rows, key, fields }: Asked,
): Promise<readonly Found[]> {
  const outcome = await callResource({ ...context, trusted: true, apiVersion: undefined }, "list", {
    transaction,
    read: {
      filter: filterFor(rows, key),
      fields: [...new Set(["id", ...key, ...fields])],
      limit: rows.length,
      sort: "id",
    },
  });
  if (outcome.ok && outcome.kind === "page") {
    const byKey = new Map(
      (JSON.parse(outcome.json) as Members[]).map((record) => [keyText(record, key), record]),
    );
    return rows.map((row) => ({ record: byKey.get(keyText(row, key)) }));
  }
  if (outcome.ok || outcome.error.status >= 500)
    throw outcome.ok ? new Error("a list answered no page") : outcome.error;
  // One value that is none of its kind spoils the whole question: each row then asks for itself.
  if (rows.length === 1) return [{ error: inWordsOfRow(outcome.error, key) }];
  const answers: Found[] = [];
  for (const row of rows) answers.push(...(await find(context, transaction, { rows: [row], key, fields })));
  return answers;
}

function filterFor(rows: readonly Members[], key: readonly string[]): Filter {
  const [only = ""] = key;
  if (key.length === 1) return { [only]: { in: rows.map((row) => row[only]) } } as Filter;
  return { or: rows.map((row) => Object.fromEntries(key.map((name) => [name, row[name]]))) } as Filter;
}

function inWordsOfRow(error: KeelsonError, key: readonly string[]): KeelsonError {
  const errors = error.errors.map(({ code, detail }) => ({
    pointer: jsonPointer([key[0] ?? ""]),
    code,
    detail,
  }));
  return failure("validation_failed", { errors });
}
