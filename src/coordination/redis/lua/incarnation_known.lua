-- KEYS[1] registry; ARGV: incarnation, ms for which what it leaves behind must be found
redis.call('SADD', KEYS[1] .. ':incarnations', ARGV[1])
outlive(KEYS[1] .. ':incarnations', tonumber(ARGV[2]))
return 0
