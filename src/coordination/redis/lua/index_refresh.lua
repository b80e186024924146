-- KEYS[1] as in index_touch; ARGV: ms after which a route needs a longer life, how many at most, ttl ms.
-- -> the members, counted as touched now
local now = micros()
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1] * 1000, 'LIMIT', 0, ARGV[2])
for _, member in ipairs(due) do redis.call('ZADD', KEYS[1], now, member) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return due
