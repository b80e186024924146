-- KEYS[1] a node's index: a sorted set of its routes by when they were touched (microseconds, always rising);
-- ARGV: member, ttl ms. -> how many there are
touch(KEYS[1], ARGV[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
