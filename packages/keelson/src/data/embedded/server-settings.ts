import { DiagnosticError } from "../../base/diagnostic.ts";

/** Settings that decide who reaches the server and where its files are: ours alone. */
const closed = new Set([
  "config_file",
  "data_directory",
  "external_pid_file",
  "hba_file",
  "ident_file",
  "listen_addresses",
  "port",
  "unix_socket_directories",
  "unix_socket_group",
  "unix_socket_permissions",
]);

/**
 * For one machine that also runs the application. Durability stays as PostgreSQL has it: fsync and
 * synchronous_commit on, also in development, since that is where one measures.
 */
const defaults: Readonly<Record<string, string>> = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_connections: "100",
  shared_buffers: "128MB",
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
  // Statements that fail are the application's to report; the server's log is about the server.
  log_min_messages: "log",
  log_checkpoints: "off",
  log_autovacuum_min_duration: "-1",
  logging_collector: "off",
  // Nothing subscribes to another server: saves a process.
  max_logical_replication_workers: "0",
  // Compiling short statements costs more than it saves.
  jit: "off",
};

/** Arguments of `postgres`: they outrank every file in the data directory, also ALTER SYSTEM. */
export function serverArguments(
  dataDir: string,
  socketDir: string,
  extra: Readonly<Record<string, string>>,
): string[] {
  refuseClosed(extra);
  const settings = {
    ...defaults,
    ...extra,
    listen_addresses: "",
    port: "5432",
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
  };
  return ["-D", dataDir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

function refuseClosed(extra: Readonly<Record<string, string>>): void {
  const wrong = Object.keys(extra).filter((name) => closed.has(name.toLowerCase()) || !/^[\w.]+$/.test(name));
  if (wrong.length === 0) return;
  throw new DiagnosticError(
    wrong.map((name) => ({
      code: "embedded-closed-setting",
      severity: "error",
      where: `embedded PostgreSQL, setting "${name}"`,
      what: "The embedded server is reached by its own socket only; this setting cannot be changed.",
      instead: "Leave it out. For a server that others reach, run PostgreSQL yourself and set DATABASE_URL.",
    })),
  );
}
