import { randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../packages/keelson/src/base/clock.ts";
import { createDatabase, dropDatabase } from "../../../packages/keelson/src/data/embedded/create-database.ts";
import { openDevelopmentKey } from "../../../packages/keelson/src/identity/development-key.ts";
import { testPostgres } from "../../../packages/keelson/test/support/postgres.ts";
import {
  type KeelsonProcess,
  runKeelson,
  startKeelson,
} from "../../../packages/keelson/test/support/spawn-keelson.ts";
import { startProvider } from "./start-provider.ts";

const shopDir = fileURLToPath(new URL("..", import.meta.url));

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON came; the tests say what it should be
  readonly body: any;
}

/** Sends requests as one caller. */
export type Client = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** A server of the shop, started like any user would, and its clients. */
export interface ShopServer extends KeelsonProcess {
  readonly url: string;
  readonly anonymous: Client;
  readonly manager: Client;
  readonly support: Client;
  /** An access token, whose subject is the role's name. */
  token(role: string): Promise<string>;
  /** A customer whose account is `subject`. */
  customer(subject: string): Promise<Client>;
}

/** The shop's database and secrets in places of their own. */
export interface ShopPlace extends AsyncDisposable {
  readonly stateDir: string;
  start(): Promise<ShopServer>;
}

/** What is special about a shop. */
interface ShopOptions {
  /** It keeps a PostgreSQL of its own; otherwise it uses the test run's. */
  readonly embedded?: boolean;
  /** Further configuration. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A shop without a row in it. */
export async function openShop({ embedded = false, env: more = {} }: ShopOptions = {}): Promise<ShopPlace> {
  const dir = await mkdtemp(join(tmpdir(), "keelson-shop-"));
  // An embedded server that root starts runs as another user, who would have to go elsewhere.
  await chmod(dir, 0o755);
  const stateDir = join(dir, "state");
  const postgres = embedded ? undefined : await testPostgres();
  const provider = await startProvider();
  const name = `shop_${randomBytes(6).toString("hex")}`;
  const database = postgres && (await createDatabase(postgres.url, name));
  const env = {
    PAYMENTS_URL: provider.url,
    PAYMENTS_KEY: "sk_test",
    // A slow machine must not be refused what is put to the test.
    KEELSON_SHEDDING: "off",
    ...more,
    KEELSON_STATE_DIR: stateDir,
    ...(database ? { DATABASE_URL: database } : {}),
  };
  const servers: ShopServer[] = [];
  const applied = await runKeelson(["migrate", "apply"], { cwd: shopDir, env });
  if (applied.code !== 0) throw new Error(applied.stderr);
  return {
    stateDir,
    start: async () => {
      const server = await connect(await startKeelson({ cwd: shopDir, env }), stateDir);
      servers.push(server);
      return server;
    },
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) server.kill("SIGTERM");
      await Promise.all(servers.map(({ ended }) => ended));
      provider.close();
      if (postgres) {
        await dropDatabase(postgres.url, name);
        await postgres.stop();
      }
      await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

async function connect(
  server: KeelsonProcess & { readonly url: string },
  stateDir: string,
): Promise<ShopServer> {
  const key = await openDevelopmentKey(stateDir, "shop", systemClock);
  const token = (role: string, subject = role) => key.mint({ subject, roles: [role] });
  const as = async (role: string, subject: string) => clientOf(server.url, await token(role, subject));
  return Object.assign(server, {
    anonymous: clientOf(server.url),
    token,
    manager: await as("manager", "manager"),
    support: await as("support", "support"),
    customer: (subject: string) => as("customer", subject),
  });
}

function clientOf(url: string, token?: string): Client {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return async (method, path, body, headers = {}) => {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const answer = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        ...authorization,
        ...(body === undefined ? {} : { "content-type": type }),
        // Orders need a key; each call is a new one unless its test says otherwise.
        ...(path.startsWith("/orders/place") ? { "idempotency-key": randomUUID() } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  };
}

/** The body of an answer that must have this status. */
export async function expectStatus(status: number, answering: Promise<Answer>): Promise<Answer["body"]> {
  const answer = await answering;
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export interface Saved {
  readonly id: string;
}

let made = 0;

/** A new product, sold at 12.50. */
export async function newProduct(
  shop: ShopServer,
  { stock = 10, active = true, amount = 1250 } = {},
): Promise<Saved> {
  const n = ++made;
  const product = { sku: `SKU-${n}`, name: `Thing ${n}`, category: "toys", stock, active };
  return expectStatus(201, shop.manager("POST", "/products", { ...product, price: gbp(amount) }));
}

/** A new customer and a client with their token. */
export async function newCustomer(shop: ShopServer): Promise<Saved & { readonly client: Client }> {
  const n = ++made;
  const account = `account-${n}`;
  const client = await shop.customer(account);
  const customer = { name: `Customer ${n}`, email: `customer-${n}@example.com`, account };
  return { ...(await expectStatus(201, client("POST", "/customers", customer))), client };
}

const gbp = (amount: number) => ({ amount, currency: "GBP" });

export const stockOf = async (shop: ShopServer, product: Saved): Promise<number> =>
  (await expectStatus(200, shop.manager("GET", `/products/${product.id}`))).stock;

/** Every record of a list, page by page. */
export async function readAll(client: Client, path: string) {
  const rows: { id: string; status: string; product: string; quantity: number }[] = [];
  for (let cursor = ""; ; ) {
    const page = await expectStatus(200, client("GET", `${path}?limit=200${cursor}`));
    rows.push(...page.data);
    if (page.nextCursor === null) return rows;
    cursor = `&cursor=${page.nextCursor}`;
  }
}
