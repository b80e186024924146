-- KEYS[1] a node's index: a sorted set of its routes by when they were touched (microseconds, always rising);
-- ARGV: member, ttl ms. -> how many there are
local before = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1])) or 0
redis.call('ZADD', KEYS[1], math.max(before + 1, micros()), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
