-- KEYS[1] a user's routes; ARGV: session, newest epoch to remove, ms for which the last epoch is kept.
-- -> the line removed, or nil
local last, routes = read_routes(KEYS[1])
local kept, removed = {}, nil
for _, route in ipairs(routes) do
  if route.session == ARGV[1] and route.epoch <= tonumber(ARGV[2]) then
    removed = route.line
  else
    kept[#kept + 1] = route
  end
end
if removed then
  write_routes(KEYS[1], last, kept, #kept > 0 and redis.call('PTTL', KEYS[1]) or ARGV[3])
end
return removed
