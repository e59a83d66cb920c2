local id, token, pages = unpack(ARGV, 2)
if not holds(id, token) then return 'lost' end
set(id, 'pages', pages)
return 'ok'
