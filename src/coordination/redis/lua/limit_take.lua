-- KEYS[1] microseconds at which the bucket is full again (GCRA); ARGV: burst, per ms, rounding ms.
-- -> 0, or the ms to wait
local now, per = micros(), ARGV[2] * 1000
local function keep(full_at)
  redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.max(1, math.ceil((full_at - now) / 1000)))
end
local full_at = math.max(tonumber(redis.call('GET', KEYS[1])) or 0, now)
if full_at > now + per then
  -- No bucket is emptier than empty: the clock was set back since.
  full_at = now + per
  keep(full_at)
end
full_at = full_at + per / ARGV[1]
local wait = math.ceil((full_at - now - per) / 1000 - ARGV[3])
if wait > 0 then return wait end
keep(full_at)
return 0
