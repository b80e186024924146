-- KEYS[1] a user's routes; ARGV: session, since ms, what follows them in a line, most sessions, ttl ms.
-- -> the epoch, then the lines of the routes that had to go
-- The epoch is the server's clock in microseconds, so it rises over a pause of any length without being stored;
-- a clock that was set back is bridged by the last epoch, kept for a while after the last session left.
local last, routes = read_routes(KEYS[1])
local epoch = math.max(last + 1, micros())
local others, evicted = {}, {}
for _, route in ipairs(routes) do
  if route.session ~= ARGV[1] then others[#others + 1] = route end
end
table.sort(others, function(a, b)
  if a.since ~= b.since then return a.since < b.since end
  return a.epoch < b.epoch
end)
while #others > 0 and #others >= tonumber(ARGV[4]) do
  evicted[#evicted + 1] = table.remove(others, 1).line
end
local text = string.format('%.0f', epoch)
others[#others + 1] = { line = text .. ' ' .. ARGV[2] .. ' ' .. ARGV[1] .. ' ' .. ARGV[3] }
write_routes(KEYS[1], epoch, others, ARGV[5])
return { text, unpack(evicted) }
