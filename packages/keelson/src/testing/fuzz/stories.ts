import type { ApiOperation } from "./api-operation.ts";
import { parsed } from "./complaint.ts";
import { type FuzzRequest, withHeader, withJson } from "./fuzz-request.ts";
import type { FuzzRun } from "./fuzz-run.ts";
import { collectionOf } from "./memory.ts";
import { newRequest, type Sources } from "./new-request.ts";
import type { FuzzAnswer } from "./send-request.ts";
import { spoilRequest } from "./spoil-request.ts";

/** What stories need: nothing else may write while they run. */
export interface Telling {
  readonly run: FuzzRun;
  readonly sources: Sources;
  /** Changes with every row of the database. */
  readonly fingerprint: () => Promise<string>;
}

/** Requests that belong together, one after the other, for every operation of the newest version. */
export async function tellStories(telling: Telling, rounds: number): Promise<void> {
  const operations = telling.run.descriptions[0]?.operations ?? [];
  for (let round = 0; round < rounds; round += 1) {
    for (const operation of operations) {
      if (isCreate(operation)) await lifeOfRecord(telling, operation);
      if (operation.method === "GET" && !operation.path.includes("{")) await walkPages(telling, operation);
      if (takesKey(operation)) await repeat(telling, operation);
      if (isWrite(operation)) await refusedChangesNothing(telling, operation);
    }
  }
}

const isWrite = ({ method }: ApiOperation): boolean => ["POST", "PUT", "PATCH", "DELETE"].includes(method);
const isCreate = ({ method, responses }: ApiOperation): boolean =>
  method === "POST" && responses.get("201")?.headers.has("location") === true;
const takesKey = (operation: ApiOperation): boolean =>
  isWrite(operation) && operation.parameters.some(({ name }) => name === "Idempotency-Key");

const sibling = ({ description }: ApiOperation, method: string, path: string): ApiOperation | undefined =>
  description.operations.find((each) => each.method === method && each.path === path);

const plain = (
  operation: ApiOperation,
  method: string,
  path: string,
  caller: string | undefined,
): FuzzRequest => ({
  kind: "story",
  operation,
  method,
  path,
  query: [],
  headers: operation.parameters.flatMap(({ in: place, name, schema }) =>
    place === "header" && "const" in schema ? [[name, String(schema["const"])] as const] : [],
  ),
  body: undefined,
  caller,
  expectation: "any",
  about: "a story",
});

/** Tries to make a request of an operation succeed, as whoever may. */
async function succeed(
  { run, sources }: Telling,
  operation: ApiOperation,
  change: (request: FuzzRequest) => FuzzRequest = (request) => request,
): Promise<{ readonly request: FuzzRequest; readonly answer: FuzzAnswer } | undefined> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const made = newRequest(sources, operation);
    const request = change({
      ...withHeader(withHeader(made, "Prefer", undefined), "If-None-Match", undefined),
      kind: "story",
    });
    const answer = await run.send(request, sources.memory);
    if (answer && answer.status < 300) return { request, answer };
  }
  return undefined;
}

/** Created, read, not changed by a stale version, changed, deleted, gone. */
async function lifeOfRecord(telling: Telling, create: ApiOperation): Promise<void> {
  const { run, sources } = telling;
  const made = await succeed(telling, create, (request) => ({ ...request, query: [] }));
  const path = made?.answer.headers.location;
  const get = sibling(create, "GET", `${create.path}/{id}`);
  if (!made || path === undefined || !get) return;
  const { caller } = made.request;
  const ask = (
    method: string,
    operation: ApiOperation,
    more: (request: FuzzRequest) => FuzzRequest = (each) => each,
  ) => run.send(more(plain(operation, method, path, caller)), sources.memory);
  const expect = (rule: string, holds: boolean, detail: string, method = "GET"): void => {
    if (!holds)
      run.fail(
        { rule, detail: `${method} ${create.path}/{id}: ${detail}` },
        plain(get, method, path, caller),
      );
  };
  const read = await ask("GET", get);
  if (read?.status !== 200) return;
  const { etag } = read.headers;
  expect(
    "created is read",
    read.bytes.equals(made.answer.bytes) || made.answer.headers["content-encoding"] !== undefined,
    "the created record reads otherwise",
  );
  const head = await ask("HEAD", get);
  expect(
    "HEAD is GET",
    head?.status === 200 &&
      head.headers.etag === etag &&
      head.headers["content-length"] === read.headers["content-length"],
    `HEAD answers ${head?.status} ${head?.headers.etag} ${head?.headers["content-length"]}, GET 200 ${etag} ${read.headers["content-length"]}`,
    "HEAD",
  );
  if (etag === undefined) return;
  const same = await ask("GET", get, (request) => withHeader(request, "If-None-Match", etag));
  expect("304", same?.status === 304, `If-None-Match with its tag is answered with ${same?.status}`);
  const update = sibling(create, "PATCH", get.path);
  const remove = sibling(create, "DELETE", get.path);
  if (update) await changeRecord(telling, { update, get, path, caller, etag });
  if (!remove) return;
  const stale = await ask("DELETE", remove, (request) => withHeader(request, "If-Match", '"4294967295"'));
  expect(
    "stale delete",
    stale !== undefined && stale.status >= 400,
    `a stale If-Match is answered with ${stale?.status}`,
    "DELETE",
  );
  const gone = await ask("DELETE", remove, (request) => withHeader(request, "If-Match", "*"));
  const after = await ask("GET", get);
  if (gone?.status === 204)
    expect(
      "deleted is gone",
      after?.status === 404,
      `after its deletion it is answered with ${after?.status}`,
    );
  else
    expect(
      "refused is kept",
      after?.status === 200,
      `after a refused deletion (${gone?.status}) it is answered with ${after?.status}`,
    );
}

async function changeRecord(
  { run, sources }: Telling,
  parts: {
    readonly update: ApiOperation;
    readonly get: ApiOperation;
    readonly path: string;
    readonly caller: string | undefined;
    readonly etag: string;
  },
): Promise<void> {
  const { update, get, path, caller, etag } = parts;
  const made = newRequest(sources, update);
  const request: FuzzRequest = {
    ...withHeader(withHeader(made, "Prefer", undefined), "Idempotency-Key", undefined),
    path,
    caller,
    query: [],
    kind: "story",
  };
  const stale = await run.send(
    { ...withHeader(request, "If-Match", '"4294967295"'), expectation: "any" },
    sources.memory,
  );
  const between = await run.send(plain(get, "GET", path, caller), sources.memory);
  if (stale && stale.status < 400)
    run.fail({ rule: "stale update", detail: `a stale If-Match is answered with ${stale.status}` }, request);
  if (between?.headers.etag !== etag)
    run.fail(
      {
        rule: "refused is kept",
        detail: `a refused change has changed the tag from ${etag} to ${between?.headers.etag}`,
      },
      request,
    );
  const fresh = await run.send(withHeader(request, "If-Match", etag), sources.memory);
  if (fresh?.status === 412)
    run.fail({ rule: "fresh update", detail: "the tag that was just read is refused" }, request);
  if (fresh?.status !== 200 || fresh.headers.etag === etag) return;
  const again = await run.send(
    { ...withHeader(request, "If-Match", etag), expectation: "any" },
    sources.memory,
  );
  if (again?.status !== 412)
    run.fail(
      { rule: "stale update", detail: `the tag before the change is answered with ${again?.status}` },
      request,
    );
}

const maxPages = 12;

/** Every page of a list leads to the next, and no record is on two. */
async function walkPages({ run, sources }: Telling, list: ApiOperation): Promise<void> {
  if (!list.parameters.some(({ name }) => name === "cursor")) return;
  const { chance, callers } = sources;
  const sort = list.parameters.find(({ name }) => name === "sort")?.schema["items"] as
    | { readonly enum?: readonly string[] }
    | undefined;
  const query = [
    "limit=3",
    ...(sort?.enum?.length && chance.of(0.7) ? [`sort=${chance.pick(sort.enum)}`] : []),
  ];
  const base = plain(list, "GET", list.path, callers.length > 0 ? chance.pick(callers) : undefined);
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const request = {
      ...base,
      query: cursor === undefined ? query : [...query, `cursor=${encodeURIComponent(cursor)}`],
    };
    const answer = await run.send(request, sources.memory);
    if (answer?.status !== 200) {
      if (page > 0)
        run.fail({ rule: "pages", detail: `page ${page + 1} is answered with ${answer?.status}` }, request);
      return;
    }
    const { data = [], nextCursor = null } = (parsed(answer.bytes)?.value ?? {}) as {
      readonly data?: readonly { readonly id: string }[];
      readonly nextCursor?: string | null;
    };
    for (const { id } of data) {
      if (seen.has(id)) run.fail({ rule: "pages", detail: `${id} is on two pages` }, request);
      seen.add(id);
    }
    if (nextCursor === null) return;
    cursor = nextCursor;
  }
}

/** The same request under the same key is answered the same; another one is refused. */
async function repeat(telling: Telling, operation: ApiOperation): Promise<void> {
  const { run, sources } = telling;
  const key = `"story-${sources.chance.below(2 ** 32)}-${sources.chance.below(2 ** 32)}"`;
  const first = await succeed(telling, operation, (request) =>
    withHeader(request, "Idempotency-Key", `${key.slice(0, -1)}-${sources.chance.below(2 ** 32)}"`),
  );
  if (!first) return;
  const request: FuzzRequest = { ...first.request, expectation: "any" };
  const before = await telling.fingerprint();
  const again = await run.send(request, sources.memory);
  const same = again?.status === first.answer.status && again.bytes.equals(first.answer.bytes);
  if (!same)
    run.fail(
      {
        rule: "repeated",
        detail: `the same key was answered with ${first.answer.status} and then with ${again?.status}: ${again?.bytes.toString().slice(0, 200)}`,
      },
      request,
    );
  else if (again.headers["idempotent-replayed"] === undefined)
    run.fail({ rule: "repeated", detail: "the repetition does not say that it is one" }, request);
  if (typeof request.json === "object" && request.json !== null) {
    const other = await run.send(withJson(request, { ...request.json, fuzz: 1 }), sources.memory);
    if (other && other.status < 400)
      run.fail(
        { rule: "repeated", detail: `another body under the same key is answered with ${other.status}` },
        request,
      );
  }
  if (before !== (await telling.fingerprint()))
    run.fail({ rule: "repeated", detail: "the repetition has changed something" }, request);
}

/** What is refused leaves every row as it was. */
async function refusedChangesNothing(
  { run, sources, fingerprint }: Telling,
  operation: ApiOperation,
): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const before = await fingerprint();
    const request: FuzzRequest = { ...spoilRequest(sources, newRequest(sources, operation)), kind: "story" };
    const answer = await run.send(request, sources.memory);
    if (answer && answer.status < 400) continue;
    if (before !== (await fingerprint()))
      run.fail(
        {
          rule: "refused is kept",
          detail: `${operation.id} was refused with ${answer?.status} and has changed something`,
        },
        request,
      );
  }
}

export const collectionsOf = (operations: readonly ApiOperation[]): readonly ApiOperation[] =>
  operations.filter(({ method, path }) => method === "GET" && path === collectionOf(path));
