-- KEYS[1] a user's routes; the record of their devices lies beside them. -> the record or "", the time in microseconds
return { redis.call('GET', KEYS[1] .. ':devices') or '', string.format('%.0f', micros()) }
