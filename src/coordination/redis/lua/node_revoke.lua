-- KEYS[1] registry; ARGV: the beginning of a user's tokens ("<user>:"), or a whole one. -> how many were removed
local removed = 0
for _, name in ipairs(live_nodes(KEYS[1])) do
  local tokens = KEYS[1] .. ':tokens:' .. name
  for _, token in ipairs(redis.call('ZRANGE', tokens, 0, -1)) do
    if string.sub(token, 1, #ARGV[1]) == ARGV[1] then removed = removed + redis.call('ZREM', tokens, token) end
  end
end
return removed
