import { everyone } from "../../../src/declare/access.ts";
import { text } from "../../../src/declare/field.ts";
import type { LimitOptions } from "../../../src/declare/limit.ts";
import { command } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withOptions, withResources } from "./wrong.ts";

const order = resource("order", { fields: { note: text() }, access: { read: everyone } });

const limited = (limits: LimitOptions) => withResources([order], { roles: ["support"], limits });

const priced = (options: { readonly cost?: number; readonly limits?: readonly unknown[] }) =>
  withResources([order], {
    commands: [command("rebuild", { access: everyone, ...untyped(options), run: () => undefined })],
  });

export const wrongLimits: WrongDeclarations = {
  "limits that are a list": () => limited(untyped([{ requests: 1, window: "1m" }])),
  "a mistyped class of callers": () => limited(untyped({ signedin: [] })),
  "a limit without a list": () => limited({ anonymous: untyped({ requests: 1, window: "1m" }) }),
  "a limit that is a number": () => limited({ anonymous: untyped([100]) }),
  "a limit of nothing": () => limited({ anonymous: untyped([{ window: "1m" }]) }),
  "a limit without a window": () => limited({ anonymous: untyped([{ requests: 100 }]) }),
  "a window in words": () => limited({ anonymous: untyped([{ requests: 100, window: "a minute" }]) }),
  "a window below a second": () => limited({ anonymous: [{ requests: 100, window: "100ms" }] }),
  "a window above a month": () => limited({ anonymous: [{ requests: 100, window: "90d" }] }),
  "no requests at all": () => limited({ anonymous: [{ requests: 0, window: "1m" }] }),
  "half a request": () => limited({ anonymous: [{ requests: 0.5, window: "1m" }] }),
  "requests and concurrent in one": () =>
    limited({ anonymous: untyped([{ requests: 10, window: "1m", concurrent: 2 }]) }),
  "a window of concurrent calls": () => limited({ anonymous: untyped([{ concurrent: 2, window: "1m" }]) }),
  "nobody at the same time": () => limited({ anonymous: [{ concurrent: 0 }] }),
  "a mistyped option of a limit": () => limited({ anonymous: untyped([{ request: 10, window: "1m" }]) }),
  "a limit per user": () => limited({ anonymous: untyped([{ per: "user", requests: 10, window: "1m" }]) }),
  "a limit per tenant without tenants": () =>
    limited({ signedIn: [{ per: "tenant", requests: 10, window: "1m" }] }),
  "a tenant claim that is no text": () => limited({ tenantClaim: untyped(["org"]) }),
  "two limits on the same window": () =>
    limited({
      signedIn: [
        { requests: 100, window: "1m" },
        { requests: 50, window: "60s" },
      ],
    }),
  "failed credentials by caller": () =>
    limited({ failedCredentials: untyped([{ per: "caller", requests: 3, window: "1m" }]) }),
  "a role that does not exist": () => limited({ roles: { suport: [] } }),
  "a limit on an operation that does not exist": () =>
    withOptions({ limits: [{ requests: 5, window: "1m", on: untyped(["creat"]) }] }),
  "batches that are a number": () => withOptions({ batch: untyped(50) }),
  "a mistyped option of batches": () => withOptions({ batch: untyped({ maxItem: 50 }) }),
  "batches of nothing": () => withOptions({ batch: { maxItems: 0 } }),
  "batches of too much": () => withOptions({ batch: { maxItems: 5_000 } }),
  "a limit on no operation": () => withOptions({ limits: [{ requests: 5, window: "1m", on: [] }] }),
  "a cost that is no number": () => withOptions({ cost: untyped(5) }),
  "a cost of an operation that does not exist": () => withOptions({ cost: untyped({ lists: 5 }) }),
  "a negative cost": () => withOptions({ cost: { list: -1 } }),
  "a cost above the limit": () => priced({ cost: 20, limits: [{ requests: 10, window: "1m" }] }),
  "limits on what costs nothing": () => priced({ cost: 0, limits: [{ requests: 10, window: "1m" }] }),
};
