import type { Transaction } from "../../data/transaction.ts";
import type { BuiltIn } from "../../model/app-model.ts";
import type { Call } from "../call.ts";
import { askOperation, askOperations, cancel, downloadFile, downloadReport } from "./ask-operations.ts";
import { startExport, startImport } from "./start-transfer.ts";

/** The handlers of Keelson's own operations. */
export const builtIns: Readonly<Record<BuiltIn, (call: Call, transaction: Transaction) => Promise<unknown>>> =
  {
    import: startImport,
    export: startExport,
    listOperations: askOperations,
    getOperation: askOperation,
    cancelOperation: cancel,
    getOperationFile: downloadFile,
    getOperationReport: downloadReport,
  };
