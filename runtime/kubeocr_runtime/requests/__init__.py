"""The OCR server's API of requests: orders for work that may outlive its connection, and all that is asked of them.

`jobs` keeps and does them; HTTP is here. `routes` has the table.
"""
