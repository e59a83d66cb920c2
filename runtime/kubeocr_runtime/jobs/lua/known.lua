local found = {}
for i = 2, #ARGV do
    if redis.call('EXISTS', key('job', ARGV[i])) == 1 then found[#found + 1] = ARGV[i] end
end
return found
