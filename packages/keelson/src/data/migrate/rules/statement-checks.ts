import { checkDomain } from "./add-constraint.ts";
import { checkAlterTable } from "./alter-table.ts";
import { checkDrop } from "./drop.ts";
import { checkEnvironment } from "./environment.ts";
import { checkIndex } from "./index-build.ts";
import { checkLock } from "./lock.ts";
import { checkCreatePartition } from "./partition.ts";
import { checkRename } from "./rename.ts";
import { checkRewrite } from "./rewrite-table.ts";
import type { StatementCheck } from "./statement-check.ts";
import { checkTransaction } from "./transaction.ts";
import { checkWholeTableWrite } from "./whole-table-write.ts";

/** Every check, in the order in which findings of one statement are listed. */
export const statementChecks: readonly StatementCheck[] = [
  checkTransaction,
  checkAlterTable,
  checkDomain,
  checkIndex,
  checkCreatePartition,
  checkRewrite,
  checkLock,
  checkDrop,
  checkRename,
  checkWholeTableWrite,
  checkEnvironment,
];
