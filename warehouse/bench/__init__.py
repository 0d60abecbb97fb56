"""`manage.py bench`: the product beside bare programs that do the same work, in turn, in one run (docs/benchmarks.md).

A parent (`parent`) makes a database of its own for each engine and starts a child (`inside`) in it, which fills the
books (`seeding`, `history`), serves the product and the floors side by side, and measures them in rounds (`rounds`).
`goals` says what each ratio must reach; `printing` draws the tables. Nothing imports this package but its command and its tests.
"""
