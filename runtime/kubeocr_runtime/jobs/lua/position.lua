local whose, id = unpack(ARGV, 2)
local why = hidden(whose, id)
if why then return why end
local owner = redis.call('HGET', key('job', id), 'owner')
local ahead = redis.call('ZRANK', key('line', owner), id)
if not ahead then return {} end
local lines = {}
for _, each in ipairs(redis.call('SMEMBERS', key('waiting'))) do
    lines[#lines + 1] = {
        each, redis.call('ZCARD', key('line', each)), tonumber(redis.call('HGET', key('running'), each) or 0),
        tonumber(redis.call('HGET', key('served'), each) or 0), tonumber(redis.call('ZRANGE', key('line', each), 0, 0, 'WITHSCORES')[2])
    }
end
return {ahead, owner, lines}
