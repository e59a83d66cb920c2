local counts = {}
for i = 3, #ARGV do counts[#counts + 1] = redis.call('ZCARD', key('by', ARGV[2], ARGV[i])) end
return counts
