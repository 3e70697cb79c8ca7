import type { Diagnostic } from "../base/diagnostic.ts";
import type { IndexAdvice } from "../data/advise/advise-index.ts";
import type { PlanFinding, PlanReport } from "../data/advise/find-in-plan.ts";
import type { IndexNeed } from "../data/advise/index-need.ts";
import type { WatchedStatement } from "../operation/call-watch.ts";

/** An index that is missing: what was read for nothing, and the declaration that mends it. */
export function unindexedQuery(
  { resource, on, sql }: IndexAdvice,
  about: {
    readonly ran: WatchedStatement;
    /** What was asked for, in words. */
    readonly what: string;
    readonly finding?: PlanFinding;
  },
): Diagnostic {
  const { ran, finding } = about;
  const read = finding
    ? `${verb(finding)} ${count(finding.read)} rows of "${finding.table}" to return ${count(finding.kept)}, in ${Math.round(ran.tookMs)} ms: no index serves it.`
    : `No index serves it, so the whole of "${resource.table}" may be read every time. That is quick while it is small.`;
  const declaration = `indexes: [{ on: [${on.map((name) => JSON.stringify(name)).join(", ")}] }]`;
  return {
    code: "unindexed-query",
    severity: "warning",
    where: about.what === "" ? ran.operation : `${ran.operation}, ${about.what}`,
    what: read,
    instead: `In resource("${resource.name}"): ${declaration}\n    which becomes: ${sql}`,
  };
}

const verb = ({ kind }: PlanFinding): string => (kind === "sort" ? "Sorted" : "Read");

/** `filtered by status and customer, sorted by -createdAt`. */
export function needText({ equal, range, sort }: IndexNeed): string {
  const filters = [...equal, ...range].map(({ name }) => name);
  const order = sort.map(({ name, descending }) => (descending ? `-${name}` : name));
  return [
    ...(filters.length === 0 ? [] : [`filtered by ${filters.join(" and ")}`]),
    ...(order.length === 0 ? [] : [`sorted by ${order.join(",")}`]),
  ].join(", ");
}

/** A statement that took long, and no index that the model could declare would help. */
export function slowStatement(ran: WatchedStatement, { findings, tookMs }: PlanReport): Diagnostic {
  const [worst] = [...findings].sort((a, b) => b.read - a.read);
  const reason = worst
    ? ` It ${worst.kind === "sort" ? "sorted" : "read"} ${count(worst.read)} rows of "${worst.table}" to keep ${count(worst.kept)}.`
    : "";
  return {
    code: "slow-statement",
    severity: "warning",
    where: ran.operation,
    what: `It took PostgreSQL ${Math.round(tookMs)} ms.${reason}`,
    instead: `Ask for less, or filter by what an index begins with. The statement: ${shortened(ran.text)}`,
  };
}

/** One statement run again and again in one call. */
export function repeatedStatements(operation: string, inner: string, times: number): Diagnostic {
  return {
    code: "repeated-statement",
    severity: "warning",
    where: operation,
    what:
      inner === operation
        ? `One call ran the same statement ${count(times)} times.`
        : `One call ran ${inner} ${count(times)} times.`,
    instead: inner.startsWith("SQL ")
      ? 'Ask for all at once: `where(…, "in", [...])`, or a join.'
      : "Read all at once, with `db.find(…, { filter: { id: { in: ids } } })`, or with `expand` where they are related.",
  };
}

/** While a handler waits for another service, others wait for its rows, and fewer connections are left. */
export function waitingInTransaction(operation: string, service: string): Diagnostic {
  return {
    code: "waiting-in-transaction",
    severity: "warning",
    where: operation,
    what: `Its transaction, with every lock it holds, stays open while ${service} answers; and if it is rolled back, what was done there is not.`,
    instead:
      "Enqueue a job that calls it. Where the answer must be known now, declare the operation with inTransaction: true.",
  };
}

const count = (value: number): string => Math.round(value).toLocaleString("en");

const maxText = 300;

const shortened = (text: string): string =>
  text.length <= maxText ? text : `${text.slice(0, maxText - 1)}…`;
