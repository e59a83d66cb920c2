local slots = 0
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', key('seen'), '(' .. now - ARGV[2], '+inf')) do
    slots = slots + redis.call('HGET', key('workers'), worker)
end
return {slots, redis.call('ZCARD', key('leases')), redis.call('LRANGE', key('took'), 0, -1)}
