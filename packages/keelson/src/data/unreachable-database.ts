import { type Diagnostic, DiagnosticError } from "../base/diagnostic.ts";

/** What the driver tried to reach. */
export interface ServerTarget {
  /** A directory is that of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly database?: string | undefined;
}

type Reason = Pick<Diagnostic, "code" | "what" | "instead">;

/** Why there is no connection, by what was missing: a listener, a name, a user, a database, room. Never the password. */
export function unreachableDatabase(target: ServerTarget, cause: unknown): DiagnosticError {
  const { code, message } = firstCause(cause);
  const reason = reasons[code]?.(target) ?? byMessage(target, message);
  const error = new DiagnosticError([{ severity: "error", where: "DATABASE_URL", ...reason }]);
  error.cause = cause;
  return error;
}

/** Where a name has several addresses, the driver's error holds one for each. */
function firstCause(cause: unknown): { readonly code: string; readonly message: string } {
  const [error = cause] = cause instanceof AggregateError ? cause.errors : [];
  const { code = "", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  return { code, message };
}

const place = ({ host, port }: ServerTarget): string =>
  host.startsWith("/")
    ? `${host}/.s.PGSQL.${port}`
    : host.includes(":")
      ? `[${host}]:${port}`
      : `${host}:${port}`;

const orEmbedded = "or leave DATABASE_URL out to use the embedded one";

const unreachable = (what: string, instead: string): Reason => ({
  code: "database-unreachable",
  what,
  instead,
});

const nothingListens = (target: ServerTarget): Reason =>
  unreachable(
    `Nothing listens at ${place(target)}, so PostgreSQL does not answer there.`,
    `Start PostgreSQL, correct host and port, ${orEmbedded}.`,
  );

const silent = (target: ServerTarget): Reason =>
  unreachable(
    `PostgreSQL at ${place(target)} does not answer in time.`,
    "See whether the host is up, the port is right and no firewall stands between.",
  );

const unknownHost = (target: ServerTarget): Reason =>
  unreachable(
    `No host is known by the name "${target.host}".`,
    `Correct the host, see whether names are resolved here, ${orEmbedded}.`,
  );

const noLogin = (target: ServerTarget): Reason => ({
  code: "database-login",
  what: `PostgreSQL at ${place(target)} refuses the user "${target.user ?? ""}" with this password.`,
  instead: "Correct user and password, or let the user in (CREATE ROLE … LOGIN, pg_hba.conf).",
});

const reasons: Readonly<Record<string, (target: ServerTarget) => Reason>> = {
  ECONNREFUSED: nothingListens,
  ENOENT: nothingListens,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ETIMEDOUT: silent,
  EHOSTUNREACH: silent,
  ENETUNREACH: silent,
  "28000": noLogin,
  "28P01": noLogin,
  "3D000": (target) => ({
    code: "database-missing",
    what: `PostgreSQL at ${place(target)} has no database "${target.database ?? ""}".`,
    instead: "Create it (CREATE DATABASE), or correct the name at the end of the URL.",
  }),
  "53300": (target) => ({
    code: "database-full",
    what: `PostgreSQL at ${place(target)} has no connection left.`,
    instead: "Close some, lower KEELSON_POOL_SIZE, or raise max_connections.",
  }),
  "57P03": (target) =>
    unreachable(`PostgreSQL at ${place(target)} is starting or stopping.`, "Try again in a moment."),
};

function byMessage(target: ServerTarget, message: string): Reason {
  if (/timeout/i.test(message)) return silent(target);
  return unreachable(
    `PostgreSQL at ${place(target)} does not answer: ${message.replace(/\.$/, "")}.`,
    `Start it, correct host, port, user, password and database name, ${orEmbedded}.`,
  );
}
