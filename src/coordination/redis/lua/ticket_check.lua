-- KEYS[1] as in ticket_put; ARGV: hash. -> 1 when it is good
for hash, ends in string.gmatch(redis.call('GET', KEYS[1]) or '', '(%x+) (%d+)') do
  if hash == ARGV[1] and tonumber(ends) > millis() then return 1 end
end
return 0
