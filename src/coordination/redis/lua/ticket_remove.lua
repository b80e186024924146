-- KEYS[1] as in ticket_put; ARGV: hash
local lines = {}
for hash, ends in string.gmatch(redis.call('GET', KEYS[1]) or '', '(%x+) (%d+)') do
  if hash ~= ARGV[1] then lines[#lines + 1] = hash .. ' ' .. ends end
end
if #lines == 0 then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], table.concat(lines, '\n'), 'KEEPTTL')
return 0
