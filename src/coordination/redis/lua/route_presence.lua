-- KEYS[1] a user's routes. -> the order of this answer (as the epoch of route_bind), how many there are
local last, routes = read_routes(KEYS[1])
return { string.format('%.0f', math.max(last, micros())), #routes }
