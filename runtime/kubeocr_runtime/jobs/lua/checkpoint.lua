local id, token, page, name = unpack(ARGV, 2)
if not holds(id, token) then return 'lost' end
redis.call('HSETNX', key('pages', id), page, name)
set(id)
return 'ok'
