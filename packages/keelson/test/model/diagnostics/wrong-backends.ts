import { everyone } from "../../../src/declare/access.ts";
import { backend } from "../../../src/declare/backend.ts";
import { text } from "../../../src/declare/field.ts";
import { command, query } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withResources } from "./wrong.ts";

const order = resource("order", { fields: { note: text() }, access: { read: everyone } });
const place = command("place", { access: everyone, run: () => undefined });
const count = query("count", { access: everyone, run: () => undefined });
const ec = { kty: "EC", crv: "P-256", x: "x", y: "y" };
const issuer = { issuer: "https://id.example", audience: "shop", jwksUrl: "https://id.example/jwks" };

const trusting = (...issuers: readonly unknown[]) =>
  backend({ name: "shop", resources: [order], auth: { issuers: untyped(issuers) } });

export const wrongBackends: WrongDeclarations = {
  "no default export": () => undefined,
  "a resource as default export": () => order,
  "a plain object as default export": () => ({ name: "shop", resources: [order] }),
  "a function as default export": () => () => order,
  "a name with capitals": () => backend({ name: "My Shop", resources: [order] }),
  "no resources": () => backend(untyped({ name: "shop" })),
  "an undefined resource, from an import cycle": () => withResources(untyped([order, undefined])),
  "fields instead of a resource": () => withResources(untyped([{ note: text() }])),
  "a resource twice": () => withResources([order, order]),
  "a command among the resources": () => withResources(untyped([place])),
  "a query among the commands": () => withResources([order], { commands: [count] }),
  "a field that is undefined": () =>
    withResources([resource("order", { fields: untyped({ note: undefined }), access: { read: everyone } })]),
  "a field function that was not called": () =>
    withResources([resource("order", { fields: untyped({ note: text }), access: { read: everyone } })]),
  "roles that are no list": () => withResources([order], { roles: untyped("support") }),
  "a role twice": () => withResources([order], { roles: ["support", "support"] }),
  "an empty version": () => withResources([order], { version: " " }),
  "a description that is no text": () => withResources([order], { description: untyped(42) }),
  "terms of service without scheme": () => withResources([order], { termsOfService: "example.com/terms" }),
  "a licence that is a text": () => withResources([order], { license: untyped("MIT") }),
  "a licence without name": () => withResources([order], { license: untyped({ identifier: "MIT" }) }),
  "a licence with identifier and url": () =>
    withResources([order], {
      license: { name: "MIT", identifier: "MIT", url: "https://opensource.org/license/mit" },
    }),
  "a mistyped member of the contact": () =>
    withResources([order], { contact: untyped({ mail: "a@b.example" }) }),
  "a contact with a script for a url": () =>
    withResources([order], { contact: { url: "javascript:alert(1)" } }),
  "a contact with an address that is none": () => withResources([order], { contact: { email: "support" } }),
  "a seed that is no function": () => withResources([order], { seed: untyped([]) }),
  "an issuer without keys": () => trusting({ issuer: issuer.issuer, audience: "shop" }),
  "an issuer with both sorts of keys": () => trusting({ ...issuer, key: ec }),
  "an issuer without audience": () => trusting({ ...issuer, audience: "" }),
  "an issuer twice": () => trusting(issuer, issuer),
  "keys over http": () => trusting({ ...issuer, jwksUrl: "http://id.example/jwks" }),
  "a keys URL that is none": () => trusting({ ...issuer, jwksUrl: "id.example/jwks" }),
  "a shared secret as key": () =>
    trusting({ ...issuer, jwksUrl: undefined, key: { kty: "oct", k: "c2VjcmV0" } }),
  "a private key": () => trusting({ ...issuer, jwksUrl: undefined, key: { ...ec, d: "d" } }),
  "algorithm none": () => trusting({ ...issuer, algorithms: ["none"] }),
  "a symmetric algorithm": () => trusting({ ...issuer, algorithms: ["HS256"] }),
  "a mistyped algorithm": () => trusting({ ...issuer, algorithms: ["RSA256"] }),
};
