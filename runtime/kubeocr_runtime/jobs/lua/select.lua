local scope, from, before, limit, offset = unpack(ARGV, 2, 6)
local found, total = {}, 0
for i = 7, #ARGV do
    local index = key('by', scope, ARGV[i])
    total = total + redis.call('ZCOUNT', index, from, '(' .. before)
    local newest = redis.call('ZREVRANGEBYSCORE', index, '(' .. before, from, 'WITHSCORES', 'LIMIT', 0, offset + limit)
    for j = 1, #newest, 2 do
        found[#found + 1] = {newest[j], tonumber(newest[j + 1]), tonumber(redis.call('HGET', key('job', newest[j]), 'place'))}
    end
end
table.sort(found, function(one, other)
    if one[2] ~= other[2] then return one[2] > other[2] end
    return one[3] > other[3]
end)
local jobs = {}
for i = offset + 1, math.min(#found, offset + limit) do jobs[#jobs + 1] = look(found[i][1]) end
return {jobs, total}
