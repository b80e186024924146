-- KEYS[1] registry. -> a node_reply per live node
local replies = {}
for _, name in ipairs(live_nodes(KEYS[1])) do replies[#replies + 1] = node_reply(KEYS[1], name) end
return replies
