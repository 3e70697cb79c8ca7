import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Preparation } from "../database/prepare-data.ts";
import { walkPath } from "../scenario.ts";
import type { Issuer } from "./issuer.ts";
import type { Service } from "./service.ts";

const shop = fileURLToPath(new URL("../../examples/shop", import.meta.url));
const cli = fileURLToPath(new URL("../../packages/keelson/bin/keelson.mjs", import.meta.url));
// Workspaces resolve to their source under the condition that this process was started with.
const command = [...process.execArgv, cli];

/** The shop as production runs it, with everything on: tokens verified, rules applied, requests observed. */
export const keelson = (issuer: Issuer): Service => ({
  name: "keelson",
  command: (place) => ({
    file: process.execPath,
    args: [...command, "start"],
    cwd: shop,
    env: {
      NODE_ENV: "production",
      HOST: place.host,
      PORT: String(place.port),
      DATABASE_URL: place.databaseUrl,
      // One caller sends all requests; counting them is part of the work, refusing them is not.
      KEELSON_LIMITS: "100000",
      KEELSON_SECRET: "only-for-the-length-of-a-benchmark-run",
      KEELSON_AUTH_ISSUER: issuer.issuer,
      KEELSON_AUTH_AUDIENCE: issuer.audience,
      KEELSON_AUTH_JWKS_URL: issuer.jwksUrl,
      // Nothing is paid.
      PAYMENTS_URL: "http://127.0.0.1:4010",
      PAYMENTS_KEY: "sk_benchmark",
    },
  }),
  token: (role, sample) => issuer.mint(role === "customer" ? sample.owner.account : role, role),
  ownOrdersPath: () => walkPath,
});

/** Creates the shop's tables and seeds ten times its usual amounts. */
export const prepareWithKeelson = (databaseUrl: string): Preparation => ({
  migrate: () => runKeelson(["migrate", "apply"], databaseUrl),
  seed: () => runKeelson(["seed", "--scale", "10"], databaseUrl),
});

async function runKeelson(args: readonly string[], databaseUrl: string): Promise<void> {
  const env = { ...process.env, NODE_ENV: "development", DATABASE_URL: databaseUrl };
  await promisify(execFile)(process.execPath, [...command, ...args], { cwd: shop, env });
}
