import { isDeepStrictEqual } from "node:util";
import type { Sample } from "./database/sample.ts";
import { createdNote, expandPath, listPath } from "./scenario.ts";
import type { RunningService } from "./service/running-service.ts";

interface Page {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly nextCursor: string | null;
}

/**
 * A service that answers wrongly is fast for free, so nothing is measured before the answers are right: the
 * first service's against the rules of the question, every other service's against the first's.
 */
export async function checkAnswers(services: readonly RunningService[], sample: Sample): Promise<void> {
  const [reference, ...others] = services;
  if (!reference) return;
  const expected = await readAnswers(reference, sample);
  checkList(reference, expected.list);
  for (const other of others) {
    const actual = await readAnswers(other, sample);
    for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
      compare(`${other.service.name}, ${key}`, comparable(actual[key]), comparable(expected[key]));
    }
  }
  for (const service of services) await checkCreate(service, sample);
}

async function readAnswers(service: RunningService, sample: Sample) {
  const read = async (path: string, role: "support" | "customer"): Promise<unknown> => {
    const { status, body } = await service.call({ method: "GET", path, role });
    if (status !== 200) throw new Error(`${service.service.name}: ${path} answered ${status}`);
    return body;
  };
  const ids = sample.orderIds.slice(0, 20);
  const list = (await read(listPath, "support")) as Page;
  return {
    orders: await Promise.all(ids.map((id) => read(`/v1/orders/${id}`, "support"))),
    list,
    secondPage: await read(`${listPath}&cursor=${encodeURIComponent(list.nextCursor ?? "")}`, "support"),
    expanded: await read(expandPath, "support"),
    own: await read(service.service.ownOrdersPath(sample), "customer"),
  };
}

function checkList(service: RunningService, list: Page): void {
  const times = list.data.map((order) => Date.parse(String(order.createdAt)));
  const sorted = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? 0));
  const paid = list.data.every((order) => order.status === "paid");
  if (list.data.length !== 50 || !sorted || !paid || list.nextCursor === null) {
    throw new Error(`${service.service.name}: the list is not the 50 newest paid orders with more to come`);
  }
}

async function checkCreate(service: RunningService, sample: Sample): Promise<void> {
  const customer = sample.customerIds[0];
  const body = { customer, note: createdNote };
  const created = await service.call({ method: "POST", path: "/v1/orders", body, role: "manager" });
  const order = created.body as Readonly<Record<string, unknown>>;
  if (created.status !== 201 || order.customer !== customer || order.status !== "draft") {
    throw new Error(`${service.service.name}: create answered ${created.status} ${JSON.stringify(order)}`);
  }
  const again = await service.call({ method: "GET", path: `/v1/orders/${order.id}`, role: "support" });
  compare(`${service.service.name}, the created order`, comparable(again.body), comparable(order));
}

/** Cursors differ by design; moments are compared to the millisecond, which is all that `Date` keeps. */
function comparable(value: unknown, key = ""): unknown {
  if (key === "nextCursor") return value !== null;
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return Math.floor(Date.parse(value));
  if (Array.isArray(value)) return value.map((item) => comparable(item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, comparable(member, name)]));
}

function compare(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(
    `${what}: the answers differ\n  got      ${excerpt(actual)}\n  expected ${excerpt(expected)}`,
  );
}

const excerpt = (value: unknown): string => JSON.stringify(value).slice(0, 600);
