-- Stands before every script. Time is the server's own, so the clocks of the machines do not matter. It is a date
-- all the same, also inside PX and PEXPIRE, and may step. Forward, what ends soon ends now: nodes take their leases
-- again, people ask for another code. Back, it would all last longer by as much, so whatever somebody waits for is
-- cut to what it was given.
-- Numbers of 15 digits and more go through %.0f: `..` alone would round them.

-- Microseconds since 1970.
local function micros()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

-- Milliseconds since 1970.
local function millis()
  return math.floor(micros() / 1000)
end

-- Makes a key live for at least `ttl` milliseconds more.
local function outlive(key, ttl)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end

-- What is left of a key's life in milliseconds, cut to `ttl`; negative when there is no key.
local function at_most(key, ttl)
  local left = redis.call('PTTL', key)
  if left <= ttl then return left end
  redis.call('PEXPIRE', key, ttl)
  return ttl
end

-- Puts a member into a sorted set by when it was touched (microseconds, always rising), which then lives for `ttl` ms.
local function touch(key, member, ttl)
  local before = tonumber(redis.call('ZSCORE', key, member)) or 0
  redis.call('ZADD', key, math.max(before + 1, micros()), member)
  redis.call('PEXPIRE', key, ttl)
end

-- Names of the nodes whose lease holds; forgets the others. `base` is the key of the registry.
local function live_nodes(base)
  local names = {}
  for _, name in ipairs(redis.call('SMEMBERS', base .. ':names')) do
    local key = base .. ':node:' .. name
    if at_most(key, tonumber(redis.call('HGET', key, 'lease')) or math.huge) >= 0 then
      names[#names + 1] = name
    else
      redis.call('SREM', base .. ':names', name)
    end
  end
  return names
end

-- A node as `list` and `allocate` answer with it, its lease as the milliseconds left; decoded by nodes.ts.
local function node_reply(base, name)
  local key = base .. ':node:' .. name
  local reply = redis.call('HMGET', key, 'node', 'sessions', 'draining')
  reply[4] = redis.call('PTTL', key)
  return reply
end
