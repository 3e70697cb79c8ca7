import { join, resolve } from "node:path";
import { type Diagnostic, DiagnosticError } from "../base/diagnostic.ts";
import { didYouMean } from "../base/nearest.ts";
import { isSafeUrl } from "../base/safe-url.ts";
import type { Issuer } from "../declare/backend.ts";
import type { TrustedProxies } from "../transport/http/client-of.ts";
import { readTrustedProxies } from "./trusted-proxies.ts";

/** Everything that differs between one place and another. Frozen; read once, here, from the environment. */
export interface Config {
  /** Development is forgiving and makes what is missing; production refuses to start without it. */
  readonly mode: "development" | "production";
  readonly host: string;
  readonly port: number;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Where the embedded database, keys and logs are kept. */
  readonly stateDir: string;
  readonly migrationsDir: string;
  /** Secrets that cursors are authenticated with: the first signs, all verify. Undefined in development: a kept random one. */
  readonly secrets: readonly string[] | undefined;
  readonly issuer: Issuer | undefined;
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** How long answers are kept under their idempotency keys. */
  readonly keyRetentionMs: number;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** Memory for kept answers; 0 keeps none. */
  readonly cacheMegabytes: number;
  readonly corsOrigins: readonly string[];
  /** What the numbers of all limits are multiplied by; 0: nothing is limited. */
  readonly limits: number;
  /** Refuse what would only wait, when there is more to do than can be done. */
  readonly shedding: boolean;
  /** Where processes count together and share kept answers; undefined: each by itself. */
  readonly redisUrl: string | undefined;
  /** Whose word on where a request came from is taken. */
  readonly proxies: TrustedProxies | undefined;
  /** Whether `/docs` is there. */
  readonly docs: boolean;
  /** Of a file that is imported over HTTP, decompressed. */
  readonly maxImportBytes: number;
  /** How long operations that have ended, their files and reports are kept. */
  readonly operationRetentionMs: number;
  /** Whether the process that serves also runs jobs. */
  readonly runsJobs: boolean;
  /** How many jobs a process runs at the same time. */
  readonly jobConcurrency: number;
  /** How long a worker that says nothing keeps its jobs. */
  readonly jobLeaseMs: number;
  /** How long jobs that are done, and what they left behind, are kept. */
  readonly jobRetentionMs: number;
  /** How long dead letters are kept. */
  readonly deadLetterRetentionMs: number;
  /** How long a stop waits for requests in progress. */
  readonly drainTimeoutMs: number;
  /** Reads what integrations are declared with; empty is as good as not set. A function, so that nothing prints it. */
  readonly variable: (name: string) => string | undefined;
}

/** Every variable that is read, for documentation and for finding typos. */
export const configVariables = {
  NODE_ENV: '"production" for production; anything else is development',
  KEELSON_ENV: '"production" or "development"; wins over NODE_ENV',
  HOST: "address to listen on (127.0.0.1; in production 0.0.0.0)",
  PORT: "port to listen on (3000; 0 picks a free one)",
  DATABASE_URL: "postgres://… of PostgreSQL 15 or newer; without it the embedded one is used",
  KEELSON_STATE_DIR: "directory of the embedded database and of keys (.keelson)",
  KEELSON_MIGRATIONS_DIR: "directory of migrations (migrations)",
  KEELSON_SECRET: "at least 32 characters; several, separated by commas, for rotation: the first signs",
  KEELSON_AUTH_ISSUER: "issuer whose access tokens are accepted",
  KEELSON_AUTH_AUDIENCE: "audience that its tokens must have",
  KEELSON_AUTH_JWKS_URL: "where its keys are",
  KEELSON_AUTH_ROLES_CLAIM: "claim that lists the roles (roles)",
  KEELSON_POOL_SIZE: "database connections (16)",
  KEELSON_STATEMENT_TIMEOUT_MS: "longest a statement may take (10000)",
  KEELSON_LOCK_TIMEOUT_MS: "longest a statement waits for a lock (2000)",
  KEELSON_IDEMPOTENCY_HOURS: "how long the answer to an idempotency key is kept (24)",
  KEELSON_CACHE_MB: "memory for kept answers, in MiB (64; 0 keeps none)",
  KEELSON_IMPORT_MAX_MB: "largest file that is imported over HTTP, decompressed, in MiB (1024)",
  KEELSON_OPERATION_HOURS:
    "how long imports and exports that have ended, their files and reports are kept (72)",
  KEELSON_JOBS:
    "on or off: run jobs in the process that serves (on); `keelson work` runs them in processes of their own",
  KEELSON_JOB_CONCURRENCY: "how many jobs a process runs at the same time (8)",
  KEELSON_JOB_LEASE_MS:
    "how long a worker that says nothing keeps its jobs; the same for all processes (30000)",
  KEELSON_JOB_RETENTION_HOURS: "how long jobs that are done are kept (168)",
  KEELSON_DEAD_LETTER_DAYS: "how long dead letters are kept (90)",
  KEELSON_LOG_LEVEL: "debug, info, warn, error or silent (info)",
  KEELSON_LIMITS: "on, off, or what the numbers of all limits are multiplied by (on)",
  KEELSON_SHEDDING: "on or off: refuse requests early when there are more than can be answered in time (on)",
  REDIS_URL:
    "redis://… or rediss://… of a Redis or Valkey in which processes count limits together and share answers",
  KEELSON_TRUSTED_PROXIES:
    "addresses and networks of proxies in front, separated by commas, or their number (none)",
  KEELSON_PROXY_HEADER: "x-forwarded-for or forwarded: which of them these proxies write (x-forwarded-for)",
  KEELSON_CORS_ORIGINS: "origins that browsers may call from, separated by commas",
  KEELSON_DOCS: "on or off: the API reference at /docs (on; in production off)",
  KEELSON_DRAIN_TIMEOUT_MS: "longest a stop waits for requests in progress (15000)",
} as const;

const modes = ["production", "development"] as const;

type Variable = keyof typeof configVariables;
type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the configuration; throws a DiagnosticError with every mistake at once. */
export function readConfig(
  env: Environment,
  projectDir: string,
): { readonly config: Config; readonly warnings: readonly Diagnostic[] } {
  const problems: Diagnostic[] = [];
  const reader = newReader(env, problems);
  const mode = reader.word(
    "KEELSON_ENV",
    modes,
    reader.text("NODE_ENV") === "production" ? modes[0] : modes[1],
  );
  const config: Config = {
    mode,
    host: reader.text("HOST") ?? (mode === "production" ? "0.0.0.0" : "127.0.0.1"),
    port: reader.integer("PORT", 3000, 0, 65_535),
    databaseUrl: reader.url("DATABASE_URL", ["postgres:", "postgresql:"]),
    stateDir: resolve(projectDir, reader.text("KEELSON_STATE_DIR") ?? ".keelson"),
    migrationsDir: resolve(
      projectDir,
      reader.text("KEELSON_MIGRATIONS_DIR") ?? join(projectDir, "migrations"),
    ),
    secrets: reader.secrets("KEELSON_SECRET", mode),
    issuer: readIssuer(reader, problems),
    poolSize: reader.integer("KEELSON_POOL_SIZE", 16, 1, 1_000),
    statementTimeoutMs: reader.integer("KEELSON_STATEMENT_TIMEOUT_MS", 10_000, 1, 3_600_000),
    lockTimeoutMs: reader.integer("KEELSON_LOCK_TIMEOUT_MS", 2_000, 1, 3_600_000),
    keyRetentionMs: reader.integer("KEELSON_IDEMPOTENCY_HOURS", 24, 1, 8_760) * 3_600_000,
    cacheMegabytes: reader.integer("KEELSON_CACHE_MB", 64, 0, 65_536),
    maxImportBytes: reader.integer("KEELSON_IMPORT_MAX_MB", 1_024, 1, 1_048_576) * 1_048_576,
    operationRetentionMs: reader.integer("KEELSON_OPERATION_HOURS", 72, 1, 8_760) * 3_600_000,
    runsJobs: reader.word("KEELSON_JOBS", ["on", "off"], "on") === "on",
    jobConcurrency: reader.integer("KEELSON_JOB_CONCURRENCY", 8, 1, 1_000),
    jobLeaseMs: reader.integer("KEELSON_JOB_LEASE_MS", 30_000, 500, 3_600_000),
    jobRetentionMs: reader.integer("KEELSON_JOB_RETENTION_HOURS", 168, 1, 87_600) * 3_600_000,
    deadLetterRetentionMs: reader.integer("KEELSON_DEAD_LETTER_DAYS", 90, 1, 3_650) * 86_400_000,
    logLevel: reader.word("KEELSON_LOG_LEVEL", ["debug", "info", "warn", "error", "silent"], "info"),
    corsOrigins: reader.origins("KEELSON_CORS_ORIGINS"),
    shedding: reader.word("KEELSON_SHEDDING", ["on", "off"], "on") === "on",
    limits: readFactor(reader, "KEELSON_LIMITS"),
    redisUrl: reader.url("REDIS_URL", ["redis:", "rediss:"]),
    proxies: readProxies(reader),
    docs: reader.word("KEELSON_DOCS", ["on", "off"], mode === "production" ? "off" : "on") === "on",
    drainTimeoutMs: reader.integer("KEELSON_DRAIN_TIMEOUT_MS", 15_000, 0, 600_000),
    variable: (name) => env[name] || undefined,
  };
  const warnings = [...unusualMode(env), ...unknownVariables(env)];
  if (problems.length > 0) throw new DiagnosticError([...problems, ...warnings]);
  return { config: Object.freeze(config), warnings };
}

type Reader = ReturnType<typeof newReader>;

function newReader(env: Environment, problems: Diagnostic[]) {
  const bad = (where: Variable, what: string, instead: string): void => {
    problems.push({ code: "invalid-configuration", severity: "error", where, what, instead });
  };
  const text = (name: Variable): string | undefined =>
    env[name] === undefined || env[name] === "" ? undefined : env[name];
  return {
    text,
    origins(name: Variable): readonly string[] {
      const origins = (text(name) ?? "").split(",").map((part) => part.trim());
      const given = origins.filter((origin) => origin !== "");
      const wrong = given.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
      if (wrong !== undefined)
        bad(
          name,
          `"${wrong}" is not an origin as browsers send it.`,
          "Write scheme, host and, if unusual, port, without a path: https://app.example.com",
        );
      return given;
    },
    integer(name: Variable, fallback: number, min: number, max: number): number {
      const value = text(name);
      if (value === undefined) return fallback;
      const parsed = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (parsed >= min && parsed <= max) return parsed;
      bad(
        name,
        `"${value}" is not a whole number from ${min} to ${max}.`,
        `Set ${name} to such a number, or leave it out for ${fallback}.`,
      );
      return fallback;
    },
    word<W extends string>(name: Variable, words: readonly W[], fallback: W): W {
      const value = text(name);
      if (value === undefined) return fallback;
      const found = words.find((word) => word === value);
      if (!found)
        bad(
          name,
          `"${value}" is none of ${words.join(", ")}.${didYouMean(value, words)}`,
          `Set ${name} to one of them.`,
        );
      return found ?? fallback;
    },
    url(name: Variable, protocols: readonly string[]): string | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
      // The value may hold a password, so it is not repeated.
      bad(name, "The value is not a URL of the right kind.", `Set ${name} to ${protocols[0]}//…`);
      return undefined;
    },
    secrets(name: Variable, mode: Config["mode"]): readonly string[] | undefined {
      const value = text(name);
      if (value === undefined) {
        if (mode === "production")
          bad(
            name,
            "Production needs a secret of its own.",
            `Set ${name} to at least 32 random characters, e.g. from: openssl rand -base64 32`,
          );
        return undefined;
      }
      const secrets = value.split(",").map((secret) => secret.trim());
      if (secrets.some((secret) => secret.length < 32))
        bad(
          name,
          "A secret is shorter than 32 characters.",
          "Make it longer, e.g. with: openssl rand -base64 32",
        );
      return secrets;
    },
    bad,
  };
}

function readIssuer(reader: Reader, problems: Diagnostic[]): Issuer | undefined {
  const issuer = reader.text("KEELSON_AUTH_ISSUER");
  const audience = reader.text("KEELSON_AUTH_AUDIENCE");
  const jwksUrl = reader.url("KEELSON_AUTH_JWKS_URL", ["https:", "http:"]);
  if (jwksUrl !== undefined && !isSafeUrl(new URL(jwksUrl)))
    reader.bad(
      "KEELSON_AUTH_JWKS_URL",
      "Keys fetched over http could be replaced on the way.",
      "Use https; http is for loopback addresses only.",
    );
  const rolesClaim = reader.text("KEELSON_AUTH_ROLES_CLAIM");
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) return undefined;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) {
    problems.push({
      code: "invalid-configuration",
      severity: "error",
      where: "KEELSON_AUTH_…",
      what: "An issuer needs KEELSON_AUTH_ISSUER, KEELSON_AUTH_AUDIENCE and KEELSON_AUTH_JWKS_URL together.",
      instead: "Set all three, or none.",
    });
    return undefined;
  }
  return { issuer, audience, jwksUrl, ...(rolesClaim === undefined ? {} : { rolesClaim }) };
}

function readFactor(reader: Reader, name: Variable): number {
  const value = reader.text(name) ?? "on";
  if (value === "on") return 1;
  if (value === "off") return 0;
  const parsed = /^\d{1,6}(\.\d{1,6})?$/.test(value) ? Number(value) : 0;
  if (parsed === 0)
    reader.bad(
      name,
      `"${value}" is neither on nor off nor a number above zero.`,
      `Set ${name} to off, or e.g. to 10.`,
    );
  return parsed;
}

function readProxies(reader: Reader): TrustedProxies | undefined {
  const header = reader.word("KEELSON_PROXY_HEADER", ["x-forwarded-for", "forwarded"], "x-forwarded-for");
  const text = reader.text("KEELSON_TRUSTED_PROXIES");
  if (text === undefined) return undefined;
  const trust = readTrustedProxies(text);
  if (typeof trust === "number" || !("wrong" in trust)) return { trust, header };
  reader.bad(
    "KEELSON_TRUSTED_PROXIES",
    trust.wrong,
    "Write addresses and networks, e.g. 10.0.0.0/8,2001:db8::1, or how many proxies every request passes.",
  );
  return undefined;
}

/** A word like "prod" or "staging" may be meant as production, and would be development. */
function unusualMode({ NODE_ENV = "", KEELSON_ENV = "" }: Environment): readonly Diagnostic[] {
  if (KEELSON_ENV !== "" || ["", "production", "development", "test"].includes(NODE_ENV)) return [];
  return [
    {
      code: "unusual-mode",
      severity: "warning",
      where: "NODE_ENV",
      what: `"${NODE_ENV}" counts as development, which accepts development tokens.`,
      instead: "Set KEELSON_ENV to production or development to say which you mean.",
    },
  ];
}

function unknownVariables(env: Environment): readonly Diagnostic[] {
  const known = Object.keys(configVariables);
  return (
    Object.keys(env)
      .filter((name) => name.startsWith("KEELSON_") && !known.includes(name))
      // Those of `keelson/testing`: a server that a test starts finds them too.
      .filter((name) => !name.startsWith("KEELSON_TEST_"))
      .map((name) => ({
        code: "unknown-variable",
        severity: "warning",
        where: name,
        what: `No setting has this name.${didYouMean(name, known)}`,
        instead: "Correct the name, or remove the variable.",
      }))
  );
}
