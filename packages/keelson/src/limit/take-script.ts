/**
 * Takes a cost from several policies, or from none: one script, which Redis runs without anything in between. The
 * clock is the server's, so that processes whose clocks differ agree. The arithmetic is that of `count.ts`.
 *
 * KEYS: one a policy. ARGV: the cost; then for every policy `r` or `q`, its requests, its window in ms.
 * Returns 1 or 0, then for every policy how far its `at` lies ahead in ms, and what is used of a quota.
 */
export const takeScript = `
local time = redis.call('TIME')
-- Counted from a moment in 2023, since a double does not hold fractions of milliseconds since 1970 well.
local now = (time[1] - 1700000000) * 1000 + time[2] / 1000
local price = tonumber(ARGV[1])
local ats, useds, fits = {}, {}, 1
for i, key in ipairs(KEYS) do
  local kind, requests, window = ARGV[i * 3 - 1], tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1])
  local cost = math.min(price, requests)
  local kept = redis.call('GET', key)
  if kind == 'r' then
    local at = math.max(tonumber(kept or '0'), now)
    if at - now + (cost - 0.01) * window / requests > window then fits = 0 end
    ats[i], useds[i] = at, 0
  else
    local left = kept and redis.call('PTTL', key) or 0
    local used = left > 0 and tonumber(kept) or 0
    if used + cost > requests then fits = 0 end
    ats[i], useds[i] = now + left, used
  end
end
local answer = { fits }
for i, key in ipairs(KEYS) do
  local kind, requests, window = ARGV[i * 3 - 1], tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1])
  local cost = math.min(price, requests)
  if fits == 1 then
    if kind == 'r' then
      ats[i] = ats[i] + cost * window / requests
      redis.call('SET', key, string.format('%.6f', ats[i]), 'PX', math.ceil(ats[i] - now))
    else
      useds[i] = useds[i] + cost
      if ats[i] > now then
        redis.call('INCRBY', key, cost)
      else
        ats[i] = now + window
        redis.call('SET', key, cost, 'PX', window)
      end
    end
  end
  answer[i * 2] = string.format('%.6f', ats[i] - now)
  answer[i * 2 + 1] = useds[i]
end
return answer
`;
