import type { Redis } from "ioredis";
import { DiagnosticError } from "../base/diagnostic.ts";

const connectTimeoutMs = 2_000;
const longestPauseMs = 2_000;

/**
 * A connection to Redis or Valkey that never makes a caller wait: what cannot be sent at once fails at once. It
 * reconnects by itself. The package is loaded here and nowhere else, so that it need not be installed without it.
 *
 * @throws DiagnosticError when the package is missing
 */
export async function openRedis(url: string): Promise<Redis> {
  const { Redis } = await load();
  return new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 8), longestPauseMs),
  });
}

async function load(): Promise<Pick<typeof import("ioredis"), "Redis">> {
  try {
    return await import("ioredis");
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new DiagnosticError([
      {
        code: "missing-package",
        severity: "error",
        where: "REDIS_URL",
        what: 'It is set, and the package "ioredis" is not installed.',
        instead: "Run: npm install ioredis; or leave REDIS_URL out, and each process counts by itself.",
      },
    ]);
  }
}
