import { afterAll, beforeAll, expect, test } from "vitest";
import { notes, openProject, type TemporaryProject } from "./temporary-project.ts";

const office = `
import { backend, everyone, job, resource, text } from "keelson";

const letter = resource("letter", { fields: { to: text() }, access: { read: everyone, create: everyone } });
const send = job("send", {
  input: { to: text({ max: 40 }) },
  errors: { nobody: { status: 422, title: "Nobody lives there" } },
  async run({ input, db, fail }) {
    if (input.to === "nobody") fail("nobody");
    await db.create(letter, { to: input.to });
  },
});

export default backend({ name: "office", resources: [letter], jobs: [send] });
`;

let project: TemporaryProject;
const env: { DATABASE_URL: string } = { DATABASE_URL: "" };
const keelson = (...args: readonly string[]) => project.run(args, env);

beforeAll(async () => {
  project = await openProject({ "backend.ts": office });
  env.DATABASE_URL = await project.newDatabase();
});
afterAll(() => project[Symbol.asyncDispose]());

test("jobs are enqueued, run by a worker, and their dead letters are seen to", {
  timeout: 120_000,
}, async () => {
  const wrong = await keelson("jobs", "enqueue", "send", "--input", '{"to":7}');
  expect(wrong).toMatchObject({ code: 1, stdout: "" });
  expect(wrong.stderr).toContain("#/to");
  const good = (await keelson("jobs", "enqueue", "send", "--input", '{"to":"Ada"}')).stdout.trim();
  const bad = (await keelson("jobs", "enqueue", "send", "--input", '{"to":"nobody"}')).stdout.trim();
  const late = (
    await keelson("jobs", "enqueue", "send", "--input", '{"to":"Late"}', "--delay", "1h")
  ).stdout.trim();
  await keelson("jobs", "cancel", late);
  expect(JSON.parse((await keelson("jobs", "list", "--json")).stdout)).toMatchObject([
    { id: late, state: "cancelled" },
    { id: bad, state: "waiting" },
    { id: good, state: "waiting", caller: { kind: "system" } },
  ]);
  const worker = project.spawn(["work", "--queues", "send", "--port", "0"], env);
  const [, url] = await worker.printed(/"url":"(http:[^"]+)"/);
  expect(await (await fetch(`${url}/livez`)).text()).toBe("ok\n");
  expect(await (await fetch(`${url}/readyz`)).text()).toMatch(/^ready\n\d jobs running\n$/);
  expect((await fetch(`${url}/v1/letters`)).status).toBe(404);
  await worker.printed(/"msg":"job.dead"/);
  await worker.printed(/"msg":"job.finished"/);
  const shown = JSON.parse((await keelson("dlq", "show", bad)).stdout);
  expect(shown).toMatchObject({
    letter: { id: bad, job: "send", reason: "refused", code: "nobody", input: { to: "nobody" } },
    history: [
      { attempt: 1, outcome: "dead", code: "nobody", process: expect.stringContaining(`:${worker.pid}`) },
    ],
  });
  await keelson("dlq", "edit", bad, "--input", '{"to":"Grace"}');
  const seen = worker.length;
  const redriven = await keelson("dlq", "redrive", "--all", "--reason", "refused");
  expect(redriven.stderr).toContain("Run again: 1 of 1.");
  await worker.printed(/"msg":"job.finished"/, seen);
  expect((await keelson("dlq", "list")).stderr).toContain("There are none.");
  worker.kill("SIGTERM");
  expect(await worker.ended).toBe(0);
  expect(JSON.parse((await keelson("jobs", "list", "--state", "completed", "--json")).stdout)).toHaveLength(
    2,
  );
});

test("what cannot be is told", { timeout: 60_000 }, async () => {
  const unknown = await keelson("work", "--queues", "sent");
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('This back end declares no job "sent". Did you mean "send"?');
  expect(await keelson("dlq", "redrive")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("nothing-named"),
  });
  expect(await keelson("jobs", "show", "x")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("not_found"),
  });
  expect(await keelson("jobs", "enqueue", "sent")).toMatchObject({ code: 2 });
  expect(await keelson("jobs", "enqueue", "send", "--input", "{")).toMatchObject({ code: 2 });
  await using other = await openProject({ "backend.ts": notes() });
  const none = await other.run(["jobs", "list"], { DATABASE_URL: await other.newDatabase() });
  expect(none.stderr).toContain("no-jobs");
});
