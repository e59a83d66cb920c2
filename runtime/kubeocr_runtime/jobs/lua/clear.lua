local scope, before, most, gone_seconds = unpack(ARGV, 2, 5)
local found = long_over(scope, {unpack(ARGV, 6)}, before, most)
for _, id in ipairs(found) do forget(id, gone_seconds) end
return found
