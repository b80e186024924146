-- KEYS[1] code, as in code_check; ARGV: hash. -> 1 for the one caller who spent it
local hash = string.match(redis.call('GET', KEYS[1]) or '', '^(%x+) ')
if hash ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
