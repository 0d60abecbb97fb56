"""The demonstration: a believable company, made by the same services that people and the API use.

Always true: nothing here writes a row of the books by itself; the same seed and day make the same books; either all of it
stands or none. Others call `loader.load`. What it tells is in docs/demonstration.md.
"""
