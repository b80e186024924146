-- KEYS[1] registry; ARGV: name, incarnation
local key = KEYS[1] .. ':node:' .. ARGV[1]
if redis.call('HGET', key, 'incarnation') ~= ARGV[2] then return 0 end
redis.call('SREM', KEYS[1] .. ':names', ARGV[1])
return redis.call('DEL', key)
