"""Work that outlives its request: what was ordered (`orders`), where it stands (`ledger`), its files (`store`), who does it
(`runner`).

Routes add orders and ask for jobs; nothing here knows of HTTP.
"""
