local whose, id = unpack(ARGV, 2)
return hidden(whose, id) or look(id)
