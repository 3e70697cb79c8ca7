import type { Clock } from "../base/clock.ts";
import { AnswerCache } from "../cache/answer-cache.ts";
import type { OpenChannel } from "../cache/change-channel.ts";
import { postgresChannel } from "../cache/postgres-channel.ts";
import { RedisCache } from "../cache/redis-cache.ts";
import { openRedis } from "../limit/open-redis.ts";
import type { AppModel } from "../model/app-model.ts";
import { fingerprintOf } from "../model/fingerprint.ts";
import type { Observe } from "../observe/observation.ts";
import { type KeptAnswer, keptBytes } from "../operation/kept-answer.ts";
import type { Config } from "./config.ts";
import type { OpenData } from "./open-data.ts";

export interface CacheParts {
  readonly config: Pick<Config, "cacheMegabytes" | "redisUrl">;
  readonly model: AppModel;
  readonly data: Pick<OpenData, "database" | "url">;
  readonly observe: Observe;
  readonly clock: Clock;
}

/**
 * The memory for answers, told of other processes' changes by Redis where there is one, otherwise by PostgreSQL. Null
 * where nothing is to be kept. Nobody waits for a connection: until there is one, answers are kept for a second.
 *
 * @throws DiagnosticError when REDIS_URL is set and the package for it is missing
 */
export async function openCache({
  config,
  model,
  data,
  observe,
  clock,
}: CacheParts): Promise<AnswerCache<KeptAnswer> | null> {
  if (config.cacheMegabytes === 0 || !keepsAnswers(model)) return null;
  const common = { clock, maxBytes: config.cacheMegabytes * 1_048_576, bytesOf: keptBytes };
  if (config.redisUrl !== undefined) {
    const [commands, subscriptions] = await Promise.all([
      openRedis(config.redisUrl),
      openRedis(config.redisUrl),
    ]);
    const fingerprint = fingerprintOf(model);
    const shared = new RedisCache<KeptAnswer>({ commands, subscriptions, fingerprint, observe });
    for (const connection of [commands, subscriptions]) connection.connect().catch(() => {});
    return new AnswerCache({ ...common, shared, openChannel: shared.open });
  }
  const openChannel = channelOf({ model, data, observe });
  return new AnswerCache({ ...common, ...(openChannel ? { openChannel } : {}) });
}

/** Whether any read declares a cache. */
export const keepsAnswers = (model: AppModel): boolean =>
  [...model.operations.values()].some(({ cache }) => cache !== undefined);

function channelOf({
  model,
  data,
  observe,
}: Pick<CacheParts, "model" | "data" | "observe">): OpenChannel | undefined {
  const { database, url } = data;
  if (!database.pooled)
    return postgresChannel({ url, applicationName: `keelson ${model.name} cache`, observe });
  observe({
    type: "diagnostic",
    diagnostic: {
      code: "cache-not-told",
      severity: "warning",
      where: "DATABASE_URL",
      what: "Behind a transaction pooler PostgreSQL cannot tell processes of each other's changes, so that what another one writes is seen when the ttl of a kept answer is over.",
      instead: "Set REDIS_URL, or connect to PostgreSQL directly, if more than one process runs.",
    },
  });
  return undefined;
}
