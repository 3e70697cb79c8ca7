import type { TransferSettings } from "../operation/call.ts";
import type { Config } from "./config.ts";

/** What the configuration says about imports and exports; their leases are those of the jobs that run them. */
export const transferSettings = ({
  maxImportBytes,
  operationRetentionMs,
  jobLeaseMs,
}: Pick<Config, "maxImportBytes" | "operationRetentionMs" | "jobLeaseMs">): TransferSettings => ({
  maxImportBytes,
  retentionMs: operationRetentionMs,
  leaseMs: jobLeaseMs,
});
