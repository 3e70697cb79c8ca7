import { DiagnosticError } from "../base/diagnostic.ts";
import { didYouMean } from "../base/nearest.ts";
import type { AppModel } from "../model/app-model.ts";
import { allRoles } from "../model/policy-view.ts";

/** Refuses roles that no rule asks for: most likely a typo, and a token with one opens nothing. */
export function checkRoles(model: AppModel, roles: readonly string[]): void {
  const known = model.backend.roles ?? allRoles(model);
  const unknown = roles.filter((role) => !known.includes(role));
  if (unknown.length === 0) return;
  throw new DiagnosticError(
    unknown.map((role) => ({
      code: "unknown-role",
      severity: "error",
      where: `--as ${role}`,
      what: `No rule asks for this role.${didYouMean(role, known)}`,
      instead:
        known.length === 0 ? "Leave --as out: the rules name no roles." : `Use one of ${known.join(", ")}.`,
    })),
  );
}
