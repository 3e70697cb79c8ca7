import type { OpenApiObject } from "../openapi/components.ts";
import { compareOperation } from "./compare-operation.ts";
import { Comparison, type ContractChange, type ContractDocument } from "./contract-change.ts";
import type { Level } from "./contract-rule.ts";

const order: Readonly<Record<Level, number>> = { breaking: 0, risky: 1, safe: 2 };

/**
 * What changed from one contract to another, the worst first. Both are OpenAPI documents of this package; what is
 * only for people, such as descriptions and examples, is not compared.
 *
 * @param today - `YYYY-MM-DD`: what was deprecated and had its sunset may go
 */
export function compareContracts(
  base: ContractDocument,
  next: ContractDocument,
  today: string,
): readonly ContractChange[] {
  const comparison = new Comparison(base, next, today);
  const [was, now] = [operationsOf(base), operationsOf(next)];
  for (const [where, operation] of was) {
    const still = now.get(where);
    if (still) compareOperation(comparison, where, operation, still);
    else {
      const ended = hasEnded(operation, base, today);
      comparison.add(
        ended ? "operation-removed-after-sunset" : "operation-removed",
        { where, at: "" },
        ended ? "is gone, as was announced" : "is not there any more",
      );
    }
  }
  for (const where of now.keys())
    if (!was.has(where)) comparison.add("operation-added", { where, at: "" }, "is new");
  return comparison.changes.toSorted((a, b) => order[a.level] - order[b.level]);
}

const methods = new Set(["get", "post", "put", "patch", "delete", "query"]);

function operationsOf({ paths = {} }: ContractDocument): ReadonlyMap<string, OpenApiObject> {
  return new Map(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => methods.has(method))
        .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );
}

/** Deprecated, and its own day or that of its version has come. */
function hasEnded(operation: OpenApiObject, { info }: ContractDocument, today: string): boolean {
  const sunset = operation["x-sunset"] ?? info?.["x-sunset"];
  return operation.deprecated === true && typeof sunset === "string" && sunset <= today;
}
