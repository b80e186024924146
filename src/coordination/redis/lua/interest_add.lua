-- KEYS[1] a bucket of conversations; ARGV: member, ttl ms, conversation, ...: touches it in the set of each
for i = 3, #ARGV do touch(KEYS[1] .. ':' .. ARGV[i], ARGV[1], ARGV[2]) end
return 0
