local id, token, state, result, fault, recent = unpack(ARGV, 2)
local job = redis.call('HMGET', key('job', id), 'state', 'token', 'started')
if job[1] == state and job[2] == token then return look(id) end  -- said before, and the answer did not arrive
if not holds(id, token) then return 'lost' end
if state == 'completed' then
    redis.call('LPUSH', key('took'), now - job[3])
    redis.call('LTRIM', key('took'), 0, recent - 1)
end
return over(id, state, 'result', result, 'fault', fault)
