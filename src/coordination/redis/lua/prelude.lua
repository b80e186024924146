-- Stands before every script. Time is the server's own, so the clocks of the machines do not matter.
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

-- Names of the nodes whose lease holds; forgets the others. `base` is the key of the registry.
local function live_nodes(base)
  local names = {}
  for _, name in ipairs(redis.call('SMEMBERS', base .. ':names')) do
    if redis.call('EXISTS', base .. ':node:' .. name) == 1 then
      names[#names + 1] = name
    else
      redis.call('SREM', base .. ':names', name)
    end
  end
  return names
end

-- A node as `list` and `allocate` answer with it; decoded by nodes.ts.
local function node_reply(base, name)
  return redis.call('HMGET', base .. ':node:' .. name, 'node', 'sessions', 'draining', 'until')
end

-- A user's routes from their stored form (see route-line.ts): the last epoch given, and a table per session.
local function read_routes(key)
  local last, routes = 0, {}
  for line in string.gmatch(redis.call('GET', key) or '', '[^\n]+') do
    local epoch, since, session = string.match(line, '^(%d+) (%d+) (%S+) ')
    if session then
      routes[#routes + 1] =
        { line = line, epoch = tonumber(epoch), since = tonumber(since), session = session }
    else
      last = tonumber(line)
    end
  end
  return last, routes
end

-- Stores them for `ttl` milliseconds.
local function write_routes(key, last, routes, ttl)
  local lines = { string.format('%.0f', last) }
  for _, route in ipairs(routes) do lines[#lines + 1] = route.line end
  redis.call('SET', key, table.concat(lines, '\n'), 'PX', ttl)
end
