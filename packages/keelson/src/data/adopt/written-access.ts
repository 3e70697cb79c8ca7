import type { CallerRef } from "../../declare/expression.ts";
import type { AdoptedResource } from "./adoption.ts";

const role = "admin";

const operations = ({ view, creatable }: AdoptedResource): readonly string[] =>
  view ? ["read"] : ["read", ...(creatable ? ["create"] : []), "update", "delete"];

/** Adopting opens nothing: everything is for one role, until somebody says otherwise. */
export const isRole = {
  role,
  rules: (adopted: AdoptedResource) =>
    Object.fromEntries(
      operations(adopted).map((name) => [name, (_row: unknown, caller: CallerRef) => caller.is(role)]),
    ),
  printed: (adopted: AdoptedResource): string =>
    `{\n${operations(adopted)
      .map((name) => `    ${name}: (_row, caller) => caller.is(${JSON.stringify(role)}),\n`)
      .join("")}  }`,
} as const;
