-- KEYS[1] code: "<hash> <wrong tries>", or "exhausted"; ARGV: hash, attempts. -> CodeCheck
local stored = redis.call('GET', KEYS[1])
if not stored then return 'missing' end
local hash, wrong = string.match(stored, '^(%x+) (%d+)$')
if not hash then return 'exhausted' end
if hash == ARGV[1] then return 'ok' end
wrong = tonumber(wrong) + 1
local exhausted = wrong > tonumber(ARGV[2])
redis.call('SET', KEYS[1], exhausted and 'exhausted' or hash .. ' ' .. wrong, 'KEEPTTL')
return exhausted and 'exhausted' or 'wrong'
