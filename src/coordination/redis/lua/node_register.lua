-- KEYS[1] registry; ARGV: name, incarnation, gRPC address ("" for none), node (JSON), chat port, sessions,
-- draining (0 or 1), lease ms, ms for which what the node leaves behind must be found. -> 1 when the name is taken
local base, name, incarnation, grpc, lease = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[8])
local key = base .. ':node:' .. name
at_most(key, lease)
local holder = redis.call('HMGET', key, 'incarnation', 'grpc', 'picked')
if holder[1] and holder[1] ~= incarnation and (grpc == '' or holder[2] ~= grpc) then return 0 end

redis.call('HSET', key, 'incarnation', incarnation, 'grpc', grpc, 'node', ARGV[4], 'port', ARGV[5],
  'sessions', ARGV[6], 'draining', ARGV[7], 'redeemed', 0, 'picked', holder[3] or 0, 'lease', lease)
redis.call('PEXPIRE', key, lease)
redis.call('SADD', base .. ':names', name)
outlive(base .. ':names', lease)
redis.call('SADD', base .. ':incarnations', incarnation)
outlive(base .. ':incarnations', tonumber(ARGV[9]))
return 1
