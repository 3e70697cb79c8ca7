import type { Diagnostic } from "../base/diagnostic.ts";
import type { AppModel } from "./app-model.ts";
import { checkBackendShape } from "./checks/check-backend-shape.ts";
import { checkCaches } from "./checks/check-cache.ts";
import { checkCacheScope } from "./checks/check-cache-scope.ts";
import { checkChanges } from "./checks/check-changes.ts";
import { checkCreatable } from "./checks/check-creatable.ts";
import { checkFields } from "./checks/check-fields.ts";
import { checkIndexes } from "./checks/check-indexes.ts";
import { checkIntegrations } from "./checks/check-integrations.ts";
import { checkIssuers } from "./checks/check-issuers.ts";
import { checkJobs } from "./checks/check-jobs.ts";
import { checkLimits } from "./checks/check-limits.ts";
import { checkLists } from "./checks/check-lists.ts";
import { checkMixins } from "./checks/check-mixins.ts";
import { checkOperations } from "./checks/check-operations.ts";
import { checkRelations } from "./checks/check-relations.ts";
import { checkResources } from "./checks/check-resources.ts";
import { checkRules } from "./checks/check-rules.ts";
import { checkRulesReadable } from "./checks/check-rules-readable.ts";
import { checkStorage } from "./checks/check-storage.ts";
import { checkVersions } from "./checks/check-versions.ts";
import { Findings } from "./checks/findings.ts";

/** What the checks of unlinked declarations found, and whether linking them makes sense. */
export interface DeclarationCheck {
  readonly diagnostics: readonly Diagnostic[];
  readonly linkable: boolean;
}

/**
 * Everything that can be wrong with declarations before they are linked. Takes any value, since a default
 * export can be anything.
 */
export function checkDeclarations(given: unknown): DeclarationCheck {
  const findings = new Findings();
  if (checkBackendShape(findings, given)) {
    checkResources(findings, given);
    checkMixins(findings, given);
    checkFields(findings, given);
    checkRelations(findings, given);
    checkStorage(findings, given);
    checkOperations(findings, given);
    checkJobs(findings, given);
    checkIntegrations(findings, given);
    checkRulesReadable(findings, given);
    checkIssuers(findings, given);
    checkVersions(findings, given);
    checkLimits(findings, given);
    checkCaches(findings, given);
  }
  return { diagnostics: findings.diagnostics, linkable: findings.linkable };
}

/** What can be wrong with a linked model: rules, lists and indexes that name what is not there. */
export function checkModel(model: AppModel): readonly Diagnostic[] {
  const findings = new Findings();
  checkRules(findings, model);
  checkLists(findings, model);
  checkIndexes(findings, model);
  checkCreatable(findings, model);
  checkChanges(findings, model);
  checkCacheScope(findings, model);
  return findings.diagnostics;
}
