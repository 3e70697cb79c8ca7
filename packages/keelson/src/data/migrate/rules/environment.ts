import type { FuncCall, VariableSetStmt } from "libpg-query";
import type { Node } from "../parse-sql.ts";
import { strings } from "../sql-name.ts";
import { walkTree } from "../walk-tree.ts";
import type { Problem, Subject } from "./statement-check.ts";

/** Settings that change what the statements after them mean, or the limits that they run under. */
const guarded: Readonly<Record<string, string>> = {
  search_path: "decides which tables unqualified names mean",
  role: "decides who owns what is created",
  session_authorization: "decides who owns what is created",
  session_replication_role: "switches triggers and foreign keys off",
  lock_timeout: "is set by the runner, so that a migration gives way to traffic",
  statement_timeout: "is set by the runner",
  row_security: "decides which rows are seen",
  standard_conforming_strings: "decides what a string literal means",
};

/** What reaches beyond the tables of the application: session settings, roles, the server itself. */
export function* checkEnvironment(node: Node, { phase, transaction }: Subject): Iterable<Problem> {
  if ("VariableSetStmt" in node) yield* checkSetting(node.VariableSetStmt, transaction);
  else if ("SelectStmt" in node) yield* checkSetConfig(node);
  else if ("GrantStmt" in node && !node.GrantStmt.is_grant && phase !== "contract") {
    yield {
      rule: "revoke-privilege",
      what: "Running code that uses the privilege fails as soon as this commits.",
      instead: "Revoke it in a contract migration, once no running code needs it.",
    };
  } else {
    yield* checkRole(node);
    yield* checkServer(node);
  }
}

function* checkSetting(
  { name = "", kind, is_local, location }: VariableSetStmt,
  inside: boolean,
): Iterable<Problem> {
  if (kind === "VAR_RESET_ALL") {
    yield changes("RESET ALL", "takes away the limits that the runner has set", location);
    return;
  }
  const why = guarded[name];
  if (why !== undefined) {
    yield changes(name, why, location);
  } else if ((!is_local || !inside) && !name.startsWith("TRANSACTION") && kind !== "VAR_RESET") {
    yield {
      ...changes(name, "stays set for the migrations that follow on this connection", location),
      severity: "warning",
      instead: `Use SET LOCAL in a file with "transaction: yes", or ALTER ROLE … SET outside of migrations.`,
    };
  }
}

/** pg_dump writes its settings as calls of set_config(). */
function* checkSetConfig(node: Node): Iterable<Problem> {
  for (const { type, fields } of walkTree(node)) {
    if (type !== "FuncCall") continue;
    const { funcname, args, location } = fields as FuncCall;
    const first = args?.[0];
    if (strings(funcname).at(-1) !== "set_config" || first === undefined || !("A_Const" in first)) continue;
    const name = first.A_Const.sval?.sval ?? "";
    const why = guarded[name];
    if (why !== undefined) yield changes(name, why, location);
  }
}

function changes(name: string, why: string, location: number | undefined): Problem {
  return {
    rule: "change-setting",
    ...(location !== undefined && location >= 0 ? { at: location } : {}),
    what: `${name} ${why}.`,
    instead: "Leave it as the runner sets it; write names with their schema where it matters.",
  };
}

function* checkRole(node: Node): Iterable<Problem> {
  const types = [
    "CreateRoleStmt",
    "AlterRoleStmt",
    "AlterRoleSetStmt",
    "DropRoleStmt",
    "GrantRoleStmt",
    "ReassignOwnedStmt",
  ];
  if (!types.some((type) => type in node)) return;
  yield {
    rule: "change-role",
    what: "Roles belong to the whole server, not to this database, and migrations may not have the right to change them.",
    instead: "Create roles and their memberships where the server is set up; GRANT on tables here.",
  };
}

const serverStatements: Readonly<Record<string, string>> = {
  AlterSystemStmt: "ALTER SYSTEM changes the configuration of the whole server",
  AlterDatabaseStmt: "ALTER DATABASE changes what every session starts with",
  AlterDatabaseSetStmt: "ALTER DATABASE … SET changes what every new session starts with",
  CreatedbStmt: "CREATE DATABASE reaches beyond the database that is migrated",
  DropdbStmt: "DROP DATABASE deletes a whole database",
  CreateTableSpaceStmt: "CREATE TABLESPACE needs a directory on the server",
  DropTableSpaceStmt: "DROP TABLESPACE reaches beyond the database that is migrated",
  DropOwnedStmt: "DROP OWNED deletes everything that a role owns",
  LoadStmt: "LOAD runs code in the server",
};

function* checkServer(node: Node): Iterable<Problem> {
  for (const [type, what] of Object.entries(serverStatements)) {
    if (type in node) yield serverWide(what);
  }
  if ("CopyStmt" in node && node.CopyStmt.filename !== undefined) {
    yield serverWide(
      node.CopyStmt.is_program
        ? "COPY … PROGRAM runs a program on the server"
        : "COPY reaches into the server's files",
    );
  }
}

function serverWide(what: string): Problem {
  return {
    rule: "server-wide",
    what: `${what}.`,
    instead: "Do it where the server is set up, not in a migration of an application.",
  };
}
