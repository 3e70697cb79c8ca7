import { everyone } from "../../../src/declare/access.ts";
import { reference, text } from "../../../src/declare/field.ts";
import { job } from "../../../src/declare/job.ts";
import { command } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withResources } from "./wrong.ts";

const order = resource("order", { fields: { note: text() }, access: { read: everyone } });
const other = resource("customer", { fields: { note: text() }, access: { read: everyone } });
const run = () => undefined;

const withJob = (options: object) =>
  withResources([order], { jobs: [job("send", untyped({ run, ...options }))] });

export const wrongJobs: WrongDeclarations = {
  "jobs that are no list": () => withResources([order], { jobs: untyped({ run }) }),
  "a command among the jobs": () =>
    withResources([order], { jobs: untyped([command("send", { access: everyone, run })]) }),
  "a job that is undefined, from an import cycle": () =>
    withResources([order], { jobs: untyped([undefined]) }),
  "two jobs of one name": () =>
    withResources([order], { jobs: [job("send", { run }), job("send", { run })] }),
  "a name with hyphens": () => withResources([order], { jobs: [job("send-mail", { run })] }),
  "no handler": () => withJob({ run: undefined }),
  "an option that is spelled wrongly": () => withJob({ timeOut: "5s" }),
  "input that is no field": () => withJob({ input: { order: "text" } }),
  "input that refers to another back end's resource": () =>
    withJob({ input: { customer: reference(() => other) } }),
  "an error with a status of ours": () => withJob({ errors: { gone: { status: 500, title: "Gone" } } }),
  "retries that are a number": () => withJob({ retry: 3 }),
  "more retries than anybody waits for": () => withJob({ retry: { limit: 1_000 } }),
  "waits that shrink": () => withJob({ retry: { from: "1h" } }),
  "a wait that is no length": () => withJob({ retry: { from: "soon" } }),
  "a retry option that is spelled wrongly": () => withJob({ retry: { limits: 3 } }),
  "a timeout of two days": () => withJob({ timeout: "2d" }),
  "no concurrency at all": () => withJob({ concurrency: 0 }),
  "a priority that is a word": () => withJob({ priority: "high" }),
  "a key that is a text": () => withJob({ key: "order" }),
  "a group without a number": () => withJob({ group: { by: () => "a" } }),
  "a group by a text": () => withJob({ group: { by: "tenant", concurrency: 1 } }),
  "an unknown kind of transaction": () => withJob({ transaction: "ones" }),
};
