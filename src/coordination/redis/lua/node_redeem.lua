-- KEYS[1] registry; ARGV: node, token (as in node_allocate). -> 1 for the one caller who spent it in time
local tokens, node = KEYS[1] .. ':tokens:' .. ARGV[1], KEYS[1] .. ':node:' .. ARGV[1]
local ends = tonumber(redis.call('ZSCORE', tokens, ARGV[2]))
if not ends then return 0 end
redis.call('ZREM', tokens, ARGV[2])
if ends <= millis() then return 0 end
if redis.call('EXISTS', node) == 1 then redis.call('HINCRBY', node, 'redeemed', 1) end
return 1
