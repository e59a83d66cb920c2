local whose, id, reason = unpack(ARGV, 2)
local why = hidden(whose, id)
if why then return why end
if OVER[redis.call('HGET', key('job', id), 'state')] then return look(id) end
return over(id, 'cancelled', 'reason', reason)
