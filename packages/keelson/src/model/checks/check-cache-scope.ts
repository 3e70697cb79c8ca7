import type { AppModel } from "../app-model.ts";
import { comparesCaller } from "../expression-parts.ts";
import { specialise } from "../specialise-expression.ts";
import type { Findings } from "./findings.ts";
import { inOperation, inResource } from "./place.ts";

const anonymous = { signedIn: false, roles: new Set<string>() };

/**
 * `public` where answers differ from caller to caller, or where there is nobody to give it to. Neither would leak
 * anything, since only callers without credentials get public answers; but it would not mean what it says.
 */
export function checkCacheScope(findings: Findings, model: AppModel): void {
  const told = new Set<string>();
  for (const operation of model.operations.values()) {
    if (operation.cache?.scope !== "public") continue;
    const isCustom = operation.kind === "custom";
    const where = `${isCustom ? inOperation(operation.declaration) : inResource(operation.resource.name)}, cache`;
    if (told.has(where)) continue;
    told.add(where);
    const rule = isCustom ? operation.access : operation.resource.access.read;
    if (specialise(rule, anonymous).op === "never")
      findings.error(
        "private-read",
        where,
        'The scope is "public", and without credentials nobody may read it.',
        'Use scope: "caller".',
      );
    else if (comparesCaller(rule))
      findings.error(
        "private-read",
        where,
        'The scope is "public", and the rule compares rows with the caller, so that answers differ from caller to caller.',
        'Use scope: "caller".',
      );
  }
}
