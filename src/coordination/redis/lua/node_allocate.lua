-- KEYS[1] registry; ARGV: token ("<user>:<hash>"), ttl ms. -> the node_reply of the node picked, or nil
-- A node's tokens are a sorted set by their end: the right to log in there and the pick it counts as, in one.
local base, ttl, now = KEYS[1], tonumber(ARGV[2]), millis()
local best, best_load, best_picked
local last_picked = 0
for _, name in ipairs(live_nodes(base)) do
  local node = redis.call('HMGET', base .. ':node:' .. name, 'sessions', 'redeemed', 'picked', 'draining', 'port')
  if node[4] == '0' and node[5] ~= '0' then
    local tokens = base .. ':tokens:' .. name
    redis.call('ZREMRANGEBYSCORE', tokens, '-inf', now)
    -- Given before the clock was set back.
    for _, token in ipairs(redis.call('ZRANGEBYSCORE', tokens, '(' .. string.format('%.0f', now + ttl), '+inf')) do
      redis.call('ZADD', tokens, now + ttl, token)
    end
    local load = node[1] + node[2] + redis.call('ZCARD', tokens)
    local picked = tonumber(node[3])
    last_picked = math.max(last_picked, picked)
    if not best or load < best_load or (load == best_load and picked < best_picked) then
      best, best_load, best_picked = name, load, picked
    end
  end
end
if not best then return nil end

redis.call('HSET', base .. ':node:' .. best, 'picked', string.format('%.0f', math.max(last_picked + 1, micros())))
redis.call('ZADD', base .. ':tokens:' .. best, now + ttl, ARGV[1])
outlive(base .. ':tokens:' .. best, ttl)
return node_reply(base, best)
