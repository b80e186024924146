-- KEYS[1] cooldown; ARGV: cooldown ms. -> 0, or the ms to wait
local wait = at_most(KEYS[1], tonumber(ARGV[1]))
if wait > 0 then return wait end
redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
return 0
