local worker, slots, lease = unpack(ARGV, 2, 4)
redis.call('HSET', key('workers'), worker, slots)
redis.call('ZADD', key('seen'), now, worker)
local held = {}
for i = 5, #ARGV, 2 do
    local id, token = ARGV[i], ARGV[i + 1]
    if holds(id, token) then
        redis.call('ZADD', key('leases'), now + lease, id)
        held[#held + 1] = token
    end
end
return held
