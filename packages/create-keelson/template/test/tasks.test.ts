import assert from "node:assert/strict";
import { test } from "node:test";
import { testBackend } from "keelson/testing";
import app from "../backend.ts";

// A database of its own, made by the migrations; the same pipeline and HTTP server as in production.
const backend = await testBackend(app, { migrations: true });
const boss = backend.as({ id: "boss", roles: ["manager"] });
const ada = backend.as({ id: "ada", roles: ["member"] });
const grace = backend.as({ id: "grace", roles: ["member"] });

test("a task goes from open to done, for those who may change it", async () => {
  const project = await boss.project.create({ name: "New website", lead: "ada" });
  const { id } = await grace.task.create({ project: project.id, title: "Choose a typeface" });

  // Grace has made the task, but it is not hers.
  await assert.rejects(grace.task.complete(id), { code: "forbidden" });
  // Ada leads the project, so she may give it to her.
  await ada.task.update(id, { assignee: "grace" });
  const done = await grace.task.complete(id);
  assert.equal(done.status, "done");
  assert.ok(done.completedAt);

  await assert.rejects(grace.task.complete(id), { code: "already_done" });
  const open = await ada.task.list({ filter: { project: project.id, status: "open" } });
  assert.deepEqual(open.data, []);
});

test("what has no rule for a caller is refused", async () => {
  await assert.rejects(async () => backend.anonymous.task.list(), { code: "unauthenticated" });
  await assert.rejects(ada.project.create({ name: "Mine", lead: "ada" }), { code: "forbidden" });
});

test("over HTTP too", async () => {
  const answer = await backend.api.get("/v1/tasks");
  assert.equal(answer.status, 401);
});
