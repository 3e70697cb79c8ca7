import { everyone } from "../../../src/declare/access.ts";
import { json, object, reference, text } from "../../../src/declare/field.ts";
import { integration } from "../../../src/declare/integration.ts";
import { command } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withResources } from "./wrong.ts";

const order = resource("order", { fields: { note: text() }, access: { read: everyone } });
const other = resource("customer", { fields: { note: text() }, access: { read: everyone } });

const charge = { method: "POST", path: "/charges" } as const;

const withIntegration = (options: object, name = "payments") =>
  withResources([order], {
    integrations: [
      integration(name, untyped({ baseUrl: "https://pay.example.com", operations: { charge }, ...options })),
    ],
  });

const withOperation = (operation: unknown) => withIntegration({ operations: { charge: operation } });

export const wrongIntegrations: WrongDeclarations = {
  "integrations that are no list": () => withResources([order], { integrations: untyped({}) }),
  "a command among the integrations": () =>
    withResources([order], {
      integrations: untyped([command("pay", { access: everyone, run: () => undefined })]),
    }),
  "two integrations of one name": () =>
    withResources([order], {
      integrations: [
        integration("payments", { baseUrl: "https://a.example.com", operations: { charge } }),
        integration("payments", { baseUrl: "https://b.example.com", operations: { charge } }),
      ],
    }),
  "a name with hyphens": () => withIntegration({}, "pay-ments"),
  "an option that is spelled wrongly": () => withIntegration({ baseURL: "https://a.example.com" }),
  "no base URL": () => withIntegration({ baseUrl: undefined }),
  "a base URL without a scheme": () => withIntegration({ baseUrl: "pay.example.com" }),
  "a base URL with a password": () => withIntegration({ baseUrl: "https://me:secret@pay.example.com" }),
  "a base URL with a query": () => withIntegration({ baseUrl: "https://pay.example.com?v=1" }),
  "a setting that is no variable": () => withIntegration({ baseUrl: { env: "payments-url" } }),
  "a setting of Keelson's": () => withIntegration({ baseUrl: { env: "KEELSON_PAYMENTS" } }),
  "a setting with a mistyped option": () => withIntegration({ baseUrl: { env: "PAY_URL", develop: "x" } }),
  "a wrong base URL for development": () =>
    withIntegration({ baseUrl: { env: "PAY_URL", development: "127.0.0.1:4000" } }),
  "a secret in the source": () => withIntegration({ auth: { bearer: "sk_live_1" } }),
  "a password in the source": () => withIntegration({ auth: { basic: { user: "shop", password: "pw" } } }),
  "auth that is a text": () => withIntegration({ auth: "sk_live_1" }),
  "auth of no kind": () => withIntegration({ auth: { token: { env: "KEY" } } }),
  "auth of two kinds": () =>
    withIntegration({ auth: { bearer: { env: "KEY" }, header: "x-key", value: { env: "KEY" } } }),
  "auth by Authorization": () =>
    withIntegration({ auth: { header: "Authorization", value: { env: "KEY" } } }),
  "a header of the connection's": () => withIntegration({ headers: { Host: "other.example.com" } }),
  "a header with a line break": () => withIntegration({ headers: { "x-note": "a\r\nb: c" } }),
  "an idempotency header that is no name": () => withIntegration({ idempotencyHeader: "Idem Key" }),
  "a timeout in words": () => withIntegration({ timeout: { attempt: "soon" } }),
  "a timeout that is a text": () => withIntegration({ timeout: "5s" }),
  "an attempt that takes longer than all": () =>
    withIntegration({ timeout: { attempt: "10s", total: "5s" } }),
  "retries that are a number": () => withIntegration({ retry: 3 }),
  "more retries than help": () => withIntegration({ retry: { limit: 100 } }),
  "pauses that shrink": () => withIntegration({ retry: { from: "5s", to: "1s" } }),
  "statuses that are one": () => withIntegration({ retry: { statuses: 503 } }),
  "a status of success that is tried again": () => withIntegration({ retry: { statuses: [200] } }),
  "a budget above everything": () => withIntegration({ retry: { budget: 20 } }),
  "a ratio in per cent": () => withIntegration({ breaker: { ratio: 50 } }),
  "a breaker that is on": () => withIntegration({ breaker: true }),
  "a window below a second": () => withIntegration({ breaker: { window: "10ms" } }),
  "nobody at the same time": () => withIntegration({ bulkhead: { concurrent: 0 } }),
  "answers without bounds": () => withIntegration({ maxAnswerBytes: Number.POSITIVE_INFINITY }),
  "no operations": () => withIntegration({ operations: {} }),
  "an operation that is a path": () => withOperation("/charges"),
  "an operation of a reserved name": () => withIntegration({ operations: { toString: charge } }),
  "a method in small letters": () => withOperation({ ...charge, method: "post" }),
  "an option of an operation that is spelled wrongly": () => withOperation({ ...charge, idempotence: true }),
  "a path without a slash": () => withOperation({ ...charge, path: "charges" }),
  "a path with a query": () => withOperation({ ...charge, path: "/charges?a=1" }),
  "a path that walks up": () => withOperation({ ...charge, path: "/charges/../admin" }),
  "a path with an open brace": () => withOperation({ ...charge, path: "/charges/{id" }),
  "a path with a member that there is not": () =>
    withOperation({ ...charge, path: "/charges/{chargId}", input: { chargeId: text() } }),
  "a path with an optional member": () =>
    withOperation({ ...charge, path: "/charges/{id}", input: { id: text().optional() } }),
  "a path with an object": () =>
    withOperation({ ...charge, path: "/charges/{id}", input: { id: object({ a: text() }) } }),
  "a path with a member twice": () =>
    withOperation({ ...charge, path: "/charges/{id}/{id}", input: { id: text() } }),
  "a query with an object": () =>
    withOperation({ method: "GET", path: "/charges", input: { filter: json({}) } }),
  "input that is no field": () => withOperation({ ...charge, input: { amount: "integer" } }),
  "output that is no field": () => withOperation({ ...charge, output: { id: "text" } }),
  "output that refers to another back end's resource": () =>
    withOperation({ ...charge, output: { customer: reference(() => other) } }),
  "a schema of an unknown version": () =>
    withOperation({ ...charge, input: { "~standard": { version: 2, validate: () => ({}) } } }),
  "an error of success": () => withOperation({ ...charge, errors: { fine: { status: 200 } } }),
  "an error that comes after one that takes all": () =>
    withOperation({
      ...charge,
      errors: { declined: { status: 402 }, expired: { status: 402, when: () => true } },
    }),
  "an error by a text": () => withOperation({ ...charge, errors: { declined: { status: 402, when: "x" } } }),
  "an attempt that outlasts the integration": () => withOperation({ ...charge, timeout: "1m" }),
  "a flag that is a word": () => withOperation({ ...charge, idempotent: "yes" }),
};
