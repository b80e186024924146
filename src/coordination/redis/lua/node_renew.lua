-- KEYS[1] registry; ARGV: name, incarnation, sessions, draining (0 or 1), lease ms, ms as in node_register.
-- -> 1 when the lease was this incarnation's
local base, name, incarnation, lease = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[5])
local key = base .. ':node:' .. name
if redis.call('HGET', key, 'incarnation') ~= incarnation then return 0 end

redis.call('HSET', key, 'sessions', ARGV[3], 'draining', ARGV[4], 'redeemed', 0, 'lease', lease)
redis.call('PEXPIRE', key, lease)
outlive(base .. ':names', lease)
redis.call('SADD', base .. ':incarnations', incarnation)
outlive(base .. ':incarnations', tonumber(ARGV[6]))
return 1
