-- KEYS[1] as in devices_read; ARGV: ms for which both are to live at least
outlive(KEYS[1], tonumber(ARGV[1]))
outlive(KEYS[1] .. ':devices', tonumber(ARGV[1]))
return 0
