local id, owner, client, once, ordered, wait, attempts, lost, late = unpack(ARGV, 2)
local known = redis.call('EXISTS', key('job', id)) == 1 and id
if not known and once ~= '' then known = redis.call('HGET', key('once', owner), once) end
if known then return {0, look(known)} end
redis.call('HSET', key('job', id), 'id', id, 'owner', owner, 'client', client, 'once', once, 'ordered', ordered, 'state', '',
    'created', now, 'place', redis.call('INCR', key('places')), 'wait', wait, 'most', attempts, 'attempts', 0, 'token', '',
    'lost', lost, 'late', late)
if once ~= '' then redis.call('HSET', key('once', owner), once, id) end
move(id, 'queued')
return {1, look(id)}
