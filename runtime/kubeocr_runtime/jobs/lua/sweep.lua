local retention, most, gone_seconds, present = unpack(ARGV, 2)
local back, parked, late = {}, {}, {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('leases'), '-inf', '(' .. now, 'LIMIT', 0, most)) do
    local job = redis.call('HMGET', key('job', id), 'attempts', 'most', 'lost')
    if tonumber(job[1]) >= tonumber(job[2]) then
        over(id, 'failed', 'fault', job[3])
        parked[#parked + 1] = id
    else
        back_in_line(id)
        back[#back + 1] = id
    end
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('waits'), '-inf', '(' .. now, 'LIMIT', 0, most)) do
    if redis.call('HGET', key('job', id), 'state') == 'queued' then
        over(id, 'timeout', 'fault', redis.call('HGET', key('job', id), 'late'))
        late[#late + 1] = id
    end
end
local forgotten = long_over('*', {'completed', 'failed', 'cancelled', 'timeout'}, now - retention, most)
for _, id in ipairs(forgotten) do forget(id, gone_seconds) end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('gone'), '-inf', '(' .. now, 'LIMIT', 0, most)) do
    redis.call('ZREM', key('gone'), id)
    redis.call('HDEL', key('gone-owners'), id)
end
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', key('seen'), '-inf', now - present)) do
    redis.call('ZREM', key('seen'), worker)
    redis.call('HDEL', key('workers'), worker)
end
return {back, parked, late, forgotten}
