import type { Diagnostic } from "../base/diagnostic.ts";
import { adviseForColumns, adviseIndex, type IndexAdvice, isFiltered } from "../data/advise/advise-index.ts";
import { findInPlan, type PlanFinding, type PlanReport } from "../data/advise/find-in-plan.ts";
import { type IndexNeed, indexNeed } from "../data/advise/index-need.ts";
import { withConnection } from "../data/migrate/connect.ts";
import type { AppModel } from "../model/app-model.ts";
import type { CallWatch, WatchedStatement } from "../operation/call-watch.ts";
import {
  needText,
  repeatedStatements,
  slowStatement,
  unindexedQuery,
  waitingInTransaction,
} from "./query-advice.ts";

/**
 * Looks in development for what will be slow in production. Every shape of statement is explained once, in the
 * background and on a connection of its own, and again when it was slow:
 *
 * - a plan that reads a thousand or more rows of a table to keep a tenth of them, or to sort them for a page;
 * - a list that no index of the model narrows, as soon as it was asked {@link habit} times, however small the table
 *   still is. Choices and booleans alone do not count: they narrow little;
 * - a statement slower than {@link slowMs};
 * - a call that runs one statement more than {@link repeats} times;
 * - a handler that waits for another service within its transaction.
 *
 * Each is said once.
 */
export interface QueryWatch extends CallWatch {
  /** Waits for what is being explained. */
  settled(): Promise<void>;
  /** Explains nothing more. */
  close(): Promise<void>;
}

export interface QueryWatchOptions {
  readonly model: AppModel;
  readonly url: string;
  /** Equal keys are equal advice. */
  readonly advise: (key: string, advice: Diagnostic) => void;
  /** Off: sees nothing. */
  readonly on: boolean;
}

const slowMs = 100;
const habit = 3;
const repeats = 10;
/** A client can invent shapes without end. */
const maxShapes = 1_000;
/** A statement that is always slow is explained again only now and then. */
const explainAgainMs = 30_000;
const explainLimitMs = 5_000;

interface Shape {
  times: number;
  explainedMs: number;
}

type Repeated = Map<string, { readonly operation: string; times: number }>;

export function newQueryWatch({ model, url, advise, on }: QueryWatchOptions): QueryWatch {
  const shapes = new Map<string, Shape>();
  const calls = new WeakMap<object, Repeated>();
  let work: Promise<void> = Promise.resolve();
  let closed = false;
  const examine = async (ran: WatchedStatement): Promise<void> => {
    if (closed) return;
    // Advice is a courtesy: where there is none to be had, nothing is disturbed.
    const report = await explain(url, ran).catch(() => undefined);
    if (report) adviseOn(model, ran, report, advise);
  };
  return {
    statementRan: (ran) => {
      if (!on || closed) return;
      count(calls, ran);
      if (!isRead(ran)) return;
      const shape = shapeOf(shapes, ran.text);
      shape.times += 1;
      if (shape.times === habit) adviseOnHabit(model, ran, advise);
      const isDue = performance.now() - shape.explainedMs > explainAgainMs;
      if (shape.times > 1 && !(ran.tookMs >= slowMs && isDue)) return;
      shape.explainedMs = performance.now();
      work = work.then(() => examine(ran));
    },
    waitedOutside: (operation, service) => {
      if (on && !closed) advise(`outside ${operation} ${service}`, waitingInTransaction(operation, service));
    },
    callEnded: (operation, call) => {
      for (const [, { operation: inner, times }] of calls.get(call) ?? [])
        if (times > repeats)
          advise(`repeated ${operation} ${inner}`, repeatedStatements(operation, inner, times));
    },
    settled: () => work,
    close: () => {
      closed = true;
      return work;
    },
  };
}

function count(calls: WeakMap<object, Repeated>, { call, text, operation }: WatchedStatement): void {
  const statements = calls.get(call) ?? new Map();
  calls.set(call, statements);
  const known = statements.get(text) ?? { operation, times: 0 };
  known.times += 1;
  statements.set(text, known);
}

/** Lists, and hand-written reads; writes would have to be run to be measured. */
const isRead = ({ list, operation, text }: WatchedStatement): boolean =>
  list !== undefined || (operation.startsWith("SQL ") && /^\s*(?:select|with)\b/i.test(text));

function shapeOf(shapes: Map<string, Shape>, text: string): Shape {
  let shape = shapes.get(text);
  if (!shape) {
    if (shapes.size >= maxShapes) shapes.clear();
    shape = { times: 0, explainedMs: Number.NEGATIVE_INFINITY };
    shapes.set(text, shape);
  }
  return shape;
}

/** Runs the read once more and sees what PostgreSQL did for it. */
function explain(url: string, { text, values }: WatchedStatement): Promise<PlanReport> {
  return withConnection(url, async (connection) => {
    await connection.query(`begin read only; set local statement_timeout = ${explainLimitMs}`);
    const { rows } = await connection.query<{ readonly "QUERY PLAN": unknown }>({
      text: `explain (analyze, timing off, format json) ${text}`,
      values: [...values],
    });
    return findInPlan(rows[0]?.["QUERY PLAN"]);
  });
}

type Advise = QueryWatchOptions["advise"];

function adviseOn(model: AppModel, ran: WatchedStatement, report: PlanReport, advise: Advise): void {
  const need = needOf(model, ran);
  let found = false;
  for (const finding of report.findings) {
    const advice = adviceFor(model, need, finding);
    if (!advice) continue;
    found = true;
    sayIndex(advise, advice, { ran, need, finding });
  }
  if (!found && report.tookMs >= slowMs) advise(`slow ${ran.text}`, slowStatement(ran, report));
}

/** The list's own table gets the index that its filter and order need; other tables one for how they were joined. */
function adviceFor(
  model: AppModel,
  need: IndexNeed | undefined,
  { table, compared }: PlanFinding,
): IndexAdvice | undefined {
  if (need?.resource.table === table) return adviseIndex(need);
  const resource = [...model.resources.values()].find((each) => each.table === table);
  return resource && adviseForColumns(resource, compared);
}

/** What is small now will grow: what is asked again and again should be answered from an index. */
function adviseOnHabit(model: AppModel, ran: WatchedStatement, advise: Advise): void {
  const need = needOf(model, ran);
  if (!need || isFiltered(need)) return;
  const narrowing = [...need.equal, ...need.range].some(
    ({ type }) => type !== "choice" && type !== "boolean",
  );
  const advice = narrowing ? adviseIndex(need) : undefined;
  if (advice) sayIndex(advise, advice, { ran, need });
}

function sayIndex(
  advise: Advise,
  advice: IndexAdvice,
  about: Omit<Parameters<typeof unindexedQuery>[1], "what"> & { readonly need: IndexNeed | undefined },
): void {
  const key = `index ${advice.resource.name} ${advice.on.join(" ")}`;
  advise(key, unindexedQuery(advice, { ...about, what: about.need ? needText(about.need) : "" }));
}

function needOf(model: AppModel, { list }: WatchedStatement): IndexNeed | undefined {
  const resource = list && model.resources.get(list.selection.resource);
  return resource && indexNeed(resource, list.selection, list.view.rule(resource, "read"));
}
