import { describe, expect, it } from "vitest";
import { DiagnosticError } from "../../src/base/diagnostic.ts";
import { configVariables, readConfig } from "../../src/runtime/config.ts";

const secret = "0123456789abcdef0123456789abcdef";

function mistakes(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig(env, "/project");
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(DiagnosticError);
    return (error as DiagnosticError).diagnostics.map(({ where, severity }) => `${severity} ${where}`);
  }
}

describe("the configuration", () => {
  it("needs nothing in development", () => {
    const { config, warnings } = readConfig({}, "/project");
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      mode: "development",
      host: "127.0.0.1",
      port: 3000,
      databaseUrl: undefined,
      stateDir: "/project/.keelson",
      migrationsDir: "/project/migrations",
      secrets: undefined,
      issuer: undefined,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("takes an empty variable for a missing one", () => {
    const empty = Object.fromEntries(Object.keys(configVariables).map((name) => [name, ""]));
    const read = (env: Readonly<Record<string, string>>) => {
      const { config, warnings } = readConfig(env, "/project");
      return { config: { ...config, variable: config.variable("PORT") }, warnings };
    };
    expect(read(empty)).toEqual(read({}));
  });

  it("listens to the world in production, with secrets of its own", () => {
    const env = { NODE_ENV: "production", KEELSON_SECRET: `${secret}, ${secret}2` };
    expect(readConfig(env, "/project").config).toMatchObject({
      mode: "production",
      host: "0.0.0.0",
      secrets: [secret, `${secret}2`],
    });
    expect(readConfig({ ...env, KEELSON_ENV: "development" }, "/project").config.mode).toBe("development");
  });

  it.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "1e3"],
    ["PORT", " 80"],
    ["DATABASE_URL", "localhost/shop"],
    ["DATABASE_URL", "http://localhost/shop"],
    ["KEELSON_SECRET", "short"],
    ["KEELSON_SECRET", `${secret},`],
    ["KEELSON_POOL_SIZE", "0"],
    ["KEELSON_STATEMENT_TIMEOUT_MS", "0"],
    ["KEELSON_LOG_LEVEL", "INFO"],
    ["KEELSON_AUTH_JWKS_URL", "file:///etc/keys"],
    ["KEELSON_ENV", "prod"],
    ["KEELSON_CORS_ORIGINS", "example.com"],
  ])("refuses %s=%s", (name, value) => {
    expect(mistakes({ [name]: value }).map((text) => text.replace(/AUTH_…/, "AUTH_JWKS_URL"))).toContain(
      `error ${name}`,
    );
  });

  it("asks what is meant by a NODE_ENV of one's own, unless KEELSON_ENV says it", () => {
    const warned = (env: Readonly<Record<string, string>>) =>
      readConfig(env, "/project").warnings.map(({ code }) => code);
    expect(warned({ NODE_ENV: "staging" })).toEqual(["unusual-mode"]);
    expect(warned({ NODE_ENV: "test" })).toEqual([]);
    expect(warned({ NODE_ENV: "staging", KEELSON_ENV: "development" })).toEqual([]);
    const production = { NODE_ENV: "production", KEELSON_ENV: "", KEELSON_SECRET: secret };
    expect(readConfig(production, "/project").config.mode).toBe("production");
  });

  it("warns of names that are almost right", () => {
    const { warnings } = readConfig({ KEELSON_PORT: "80", KEELSON_STATEDIR: "x" }, "/project");
    expect(warnings.map(({ where }) => where)).toEqual(["KEELSON_PORT", "KEELSON_STATEDIR"]);
    expect(warnings[1]?.what).toContain('Did you mean "KEELSON_STATE_DIR"?');
  });
});
