/**
 * Places of calls in progress, in Redis: for every policy and subject a sorted set of calls, each with the time at which
 * its lease ends. A process that is killed renews nothing, and its places are free when their leases end. The clock is the
 * server's, so that processes whose clocks differ agree.
 */
const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Takes a place under every policy, or, when one is full, under none. KEYS: one a policy. ARGV: the call, the lease in
 * ms, then how many may be in progress for every policy. Returns 0, or which policy is full, counted from 1.
 */
export const enterScript = `${now}
local lease = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if redis.call('ZCARD', key) >= tonumber(ARGV[2 + i]) then return i end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + lease, ARGV[1])
  redis.call('PEXPIRE', key, lease)
end
return 0
`;

/** Renews leases, also those that Redis has lost or never had. KEYS: of each place. ARGV: the lease in ms, then the call of each. */
export const renewScript = `${now}
local lease = tonumber(ARGV[1])
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + lease, ARGV[1 + i])
  redis.call('PEXPIRE', key, lease)
end
return 0
`;

/** KEYS: of each place. ARGV: the call. */
export const leaveScript = `
for _, key in ipairs(KEYS) do redis.call('ZREM', key, ARGV[1]) end
return 0
`;
