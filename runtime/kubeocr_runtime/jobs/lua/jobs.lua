-- What all scripts share. KEYS[1]: what every key begins with; ARGV[1]: the time, or empty for the server's own.
local base, now = KEYS[1], tonumber(ARGV[1])
if not now then
    local time = redis.call('TIME')
    now = time[1] + time[2] / 1000000
end
local OVER = {completed = true, failed = true, cancelled = true, timeout = true}

local function key(...) return base .. table.concat({...}, ':') end

local function look(id)
    return {redis.call('HGETALL', key('job', id)), redis.call('HLEN', key('pages', id))}
end

local function rings(id) redis.call('PUBLISH', key('changes'), id) end

-- Change fields of a job: its version grows.
local function set(id, ...)
    redis.call('HINCRBY', key('job', id), 'version', 1)
    if select('#', ...) > 0 then redis.call('HSET', key('job', id), ...) end
    rings(id)
end

-- Whose indexes a job stands in.
local function scopes(owner, client)
    if client == '' then return {'*', 'o:' .. owner} end
    return {'*', 'o:' .. owner, 'c:' .. owner .. ':' .. client, 'x:' .. client}
end

local function leave(id, owner, state)
    if state == 'queued' then
        redis.call('ZREM', key('line', owner), id)
        redis.call('ZREM', key('waits'), id)
        if redis.call('EXISTS', key('line', owner)) == 0 then redis.call('SREM', key('waiting'), owner) end
    elseif state == 'processing' then
        redis.call('ZREM', key('leases'), id)
        if redis.call('HINCRBY', key('running'), owner, -1) <= 0 then redis.call('HDEL', key('running'), owner) end
    end
end

local function enter(id, owner, state, place, wait)
    if state == 'queued' then
        redis.call('ZADD', key('line', owner), place, id)
        redis.call('ZADD', key('waits'), now + wait, id)
        redis.call('SADD', key('waiting'), owner)
        rings('')
    elseif state == 'processing' then
        redis.call('HINCRBY', key('running'), owner, 1)
    end
end

-- Into another state, with every index; '' in place of a state: out of all of them, or into the first.
local function move(id, to)
    local job = redis.call('HMGET', key('job', id), 'owner', 'client', 'state', 'created', 'place', 'wait')
    local owner, client, from, created = job[1], job[2], job[3], job[4]
    for _, scope in ipairs(scopes(owner, client)) do
        redis.call('ZREM', key('by', scope, from), id)
        redis.call('ZREM', key('over', scope, from), id)
        if to ~= '' then redis.call('ZADD', key('by', scope, to), created, id) end
        if OVER[to] then redis.call('ZADD', key('over', scope, to), now, id) end
    end
    leave(id, owner, from)
    if to ~= '' then
        enter(id, owner, to, job[5], job[6])
        set(id, 'state', to)
    end
end

local function over(id, state, ...)
    move(id, state)
    redis.call('HSET', key('job', id), 'ended', now, ...)
    return look(id)
end

local function back_in_line(id)
    redis.call('HSET', key('job', id), 'token', '')
    redis.call('HDEL', key('job', id), 'started')
    move(id, 'queued')
end

local function forget(id, gone_seconds)
    local job = redis.call('HMGET', key('job', id), 'owner', 'once')
    move(id, '')
    redis.call('DEL', key('job', id), key('pages', id))
    if job[2] ~= '' then redis.call('HDEL', key('once', job[1]), job[2]) end
    redis.call('ZADD', key('gone'), now + gone_seconds, id)
    redis.call('HSET', key('gone-owners'), id, job[1])
    rings(id)
end

-- whose: 'o' and the owner, or '*'
local function sees(whose, owner) return whose == '*' or whose == 'o:' .. owner end

-- Why a job is not to be seen, or nothing.
local function hidden(whose, id)
    local owner = redis.call('HGET', key('job', id), 'owner')
    if owner then return not sees(whose, owner) and 'never' end
    owner = redis.call('HGET', key('gone-owners'), id)
    return owner and sees(whose, owner) and 'gone' or 'never'
end

local function holds(id, token)
    local job = redis.call('HMGET', key('job', id), 'state', 'token')
    return job[1] == 'processing' and job[2] == token
end

-- Jobs that are over since before a time, the oldest first.
local function long_over(scope, states, before, most)
    local found = {}
    for _, state in ipairs(states) do
        local limit = most - #found
        if limit > 0 then
            local ids = redis.call('ZRANGEBYSCORE', key('over', scope, state), '-inf', '(' .. before, 'LIMIT', 0, limit)
            for _, id in ipairs(ids) do found[#found + 1] = id end
        end
    end
    return found
end
