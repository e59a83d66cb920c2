"""What was read, in whatever form a caller wants it: a module a format, and `table` from a format's name to its renderer.

`asking` says which one is wanted, `press` makes it while others are served. All else here is pure.
"""
