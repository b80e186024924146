-- KEYS[1] tickets of a user: "<hash> <until ms>" a line, the newest last; ARGV: hash, ttl ms, how many to keep
local now = millis()
local lines, longest = {}, now
for hash, ends in string.gmatch(redis.call('GET', KEYS[1]) or '', '(%x+) (%d+)') do
  if hash ~= ARGV[1] and tonumber(ends) > now then lines[#lines + 1] = hash .. ' ' .. ends end
end
lines[#lines + 1] = ARGV[1] .. ' ' .. string.format('%.0f', now + ARGV[2])
while #lines > tonumber(ARGV[3]) do table.remove(lines, 1) end
for _, line in ipairs(lines) do longest = math.max(longest, tonumber(string.match(line, '%d+$'))) end
redis.call('SET', KEYS[1], table.concat(lines, '\n'), 'PX', longest - now)
return 0
