local worker, token, lease = unpack(ARGV, 2)

local function before(one, other)
    for i = 1, 3 do
        if one[i] ~= other[i] then return one[i] < other[i] end
    end
    return false
end

local owner, turn
for _, each in ipairs(redis.call('SMEMBERS', key('waiting'))) do
    local first = redis.call('ZRANGE', key('line', each), 0, 0, 'WITHSCORES')
    local running = tonumber(redis.call('HGET', key('running'), each) or 0)
    local its = {running, tonumber(redis.call('HGET', key('served'), each) or 0), tonumber(first[2])}
    if not turn or before(its, turn) then owner, turn = each, its end
end
if not owner then return false end
local id = redis.call('ZRANGE', key('line', owner), 0, 0)[1]
redis.call('HSET', key('served'), owner, redis.call('INCR', key('serving')))
redis.call('HINCRBY', key('job', id), 'attempts', 1)
redis.call('HSET', key('job', id), 'worker', worker, 'token', token, 'started', now)
move(id, 'processing')
redis.call('ZADD', key('leases'), now + lease, id)
return {look(id), redis.call('HGETALL', key('pages', id))}
