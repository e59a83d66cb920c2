local id, token, fault = unpack(ARGV, 2)
if not holds(id, token) then return 'lost' end
local job = redis.call('HMGET', key('job', id), 'attempts', 'most')
if fault ~= '' and tonumber(job[1]) >= tonumber(job[2]) then return over(id, 'failed', 'fault', fault) end
if fault == '' then redis.call('HINCRBY', key('job', id), 'attempts', -1) end
back_in_line(id)
return look(id)
