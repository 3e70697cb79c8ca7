import type { Node } from "../parse-sql.ts";
import { hasOption } from "../statement-lock.ts";
import { walkTree } from "../walk-tree.ts";
import type { Problem, Subject } from "./statement-check.ts";

/** Statements that PostgreSQL refuses in a transaction block whatever their options. */
const alwaysAlone: Readonly<Record<string, string>> = {
  AlterSystemStmt: "ALTER SYSTEM",
  CreateSubscriptionStmt: "CREATE SUBSCRIPTION",
  CreateTableSpaceStmt: "CREATE TABLESPACE",
  CreatedbStmt: "CREATE DATABASE",
  DropSubscriptionStmt: "DROP SUBSCRIPTION",
  DropTableSpaceStmt: "DROP TABLESPACE",
  DropdbStmt: "DROP DATABASE",
};

/** What PostgreSQL refuses to run in a transaction block, as words for a message; undefined for all else. */
export function forbidsTransaction(node: Node): string | undefined {
  const always = Object.entries(alwaysAlone).find(([type]) => type in node);
  return always?.[1] ?? forbidsByOption(node);
}

function forbidsByOption(node: Node): string | undefined {
  const when = (forbidden: boolean | undefined, words: string) => (forbidden ? words : undefined);
  if ("IndexStmt" in node) return when(node.IndexStmt.concurrent, "CREATE INDEX CONCURRENTLY");
  if ("DropStmt" in node) return when(node.DropStmt.concurrent, "DROP INDEX CONCURRENTLY");
  if ("AlterTableStmt" in node) return when(detachesConcurrently(node), "DETACH PARTITION CONCURRENTLY");
  if ("VacuumStmt" in node) return when(node.VacuumStmt.is_vacuumcmd, "VACUUM");
  if ("ClusterStmt" in node) return when(node.ClusterStmt.relation === undefined, "CLUSTER of all tables");
  if ("DiscardStmt" in node) return when(node.DiscardStmt.target === "DISCARD_ALL", "DISCARD ALL");
  if ("AlterDatabaseStmt" in node) {
    return when(hasOption(node.AlterDatabaseStmt.options, "tablespace"), "ALTER DATABASE … SET TABLESPACE");
  }
  if (!("ReindexStmt" in node)) return undefined;
  if (hasOption(node.ReindexStmt.params, "concurrently")) return "REINDEX CONCURRENTLY";
  const whole = /_(SCHEMA|SYSTEM|DATABASE)$/.exec(node.ReindexStmt.kind ?? "")?.[1];
  return whole === undefined ? undefined : `REINDEX ${whole}`;
}

function detachesConcurrently(node: Extract<Node, { AlterTableStmt: unknown }>): boolean {
  return (node.AlterTableStmt.cmds ?? []).some((item) => {
    const def = "AlterTableCmd" in item ? item.AlterTableCmd.def : undefined;
    return def !== undefined && "PartitionCmd" in def && def.PartitionCmd.concurrent === true;
  });
}

/** Whether the file's way of running suits its statements. */
export function* checkTransaction(node: Node, subject: Subject): Iterable<Problem> {
  if ("TransactionStmt" in node) {
    yield {
      rule: "transaction-control",
      what: "The runner opens and ends the transaction; a statement here would leave the file half applied.",
      instead: 'Remove it, and say "transaction: yes" or "transaction: no" in the header.',
    };
  }
  const forbidding = forbidsTransaction(node);
  if (forbidding !== undefined && subject.transaction) {
    yield {
      rule: "forbidden-in-transaction",
      what: `PostgreSQL refuses ${forbidding} inside a transaction, and the header asks for one.`,
      instead: 'Move it into a file of its own with "transaction: no".',
    };
  }
  if ("DoStmt" in node || "CallStmt" in node) {
    yield {
      rule: "opaque-block",
      what: `What ${"DoStmt" in node ? "a DO block" : "a procedure"} does is not checked: its code is a string here.`,
      instead: "Write plain statements, or look through it by the rules of this check and allow it.",
    };
  }
  yield* checkEnum(node, subject);
  if (!subject.transaction) yield* checkWithoutTransaction(node, subject);
}

/** A new enum value exists at once for everybody else, and for this transaction only after it. */
function* checkEnum(node: Node, { statements, statement, transaction }: Subject): Iterable<Problem> {
  if (!("AlterEnumStmt" in node)) return;
  const { oldVal, newVal = "" } = node.AlterEnumStmt;
  if (oldVal !== undefined) {
    yield {
      rule: "rename-object",
      what: `Running code that writes '${oldVal}' fails as soon as this commits.`,
      instead: "Add the new value, move rows to it in batches, and stop using the old one.",
    };
    return;
  }
  const used =
    transaction && statements.slice(statement.index + 1).some(({ node: later }) => mentions(later, newVal));
  yield used
    ? {
        rule: "enum-add-value",
        severity: "error",
        what: `'${newVal}' cannot be used in the transaction that adds it.`,
        instead: "Use it in a later migration.",
      }
    : {
        rule: "enum-add-value",
        what: `A value of an enum stays for ever, cannot be used in this transaction, and may reach code that does not know '${newVal}'.`,
        instead: "Deploy code that can read it first; a text column with a CHECK is easier to change.",
      };
}

function mentions(node: Node, value: string): boolean {
  for (const { type, fields } of walkTree(node)) {
    if (type === "A_Const" && "sval" in fields && (fields.sval as { sval?: string }).sval === value)
      return true;
  }
  return false;
}

function* checkWithoutTransaction(node: Node, { statements, statement }: Subject): Iterable<Problem> {
  if (statement.index === 0 && !needsNoTransaction(statements)) {
    yield {
      rule: "needless-no-transaction",
      what: "No statement of this file forbids a transaction; without one, a failure leaves it half applied.",
      instead: 'Write "transaction: yes" in the header.',
    };
  }
  const left = leavesWhenBroken(node);
  if (left !== undefined) {
    yield {
      rule: "not-resumable",
      what: `When this is broken off, ${left.what}, which the runner cannot tell from finished work.`,
      instead: left.instead,
    };
  }
}

/** The runner finds half-built indexes by name and starts anew; these leave what it does not know. */
function leavesWhenBroken(node: Node): { readonly what: string; readonly instead: string } | undefined {
  if ("IndexStmt" in node && node.IndexStmt.concurrent && node.IndexStmt.idxname === undefined) {
    return { what: "it leaves an INVALID index of an unknown name", instead: "Give the index a name." };
  }
  if ("AlterTableStmt" in node && detachesConcurrently(node)) {
    return {
      what: "the partition stays half detached",
      instead:
        "Keep it alone in its file; after a failure, run ALTER TABLE … DETACH PARTITION … FINALIZE by hand.",
    };
  }
  if ("ReindexStmt" in node && hasOption(node.ReindexStmt.params, "concurrently")) {
    return {
      what: "it leaves an INVALID index whose name ends in _ccnew",
      instead: "Keep it alone in its file; after a failure, drop that index before trying again.",
    };
  }
  return undefined;
}

/** True when a statement forbids a transaction, so that the file must say "transaction: no". */
export function needsNoTransaction(statements: readonly { readonly node: Node }[]): boolean {
  return statements.some(({ node }) => forbidsTransaction(node) !== undefined);
}
