-- KEYS[1] as in devices_read; ARGV: the record as it was read, the new one, the new routes ("" for none), ms for
-- both to live. -> nil when it was swapped; else, because somebody was faster, what devices_read answers
local devices = KEYS[1] .. ':devices'
local stored = redis.call('GET', devices) or ''
if stored ~= ARGV[1] then return { stored, string.format('%.0f', micros()) } end
redis.call('SET', devices, ARGV[2], 'PX', ARGV[4])
if ARGV[3] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
end
return nil
