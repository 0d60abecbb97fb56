"""Look, compare, post the difference: blind counts by location, a recount by another person, then a finding.

Always true: a count changes the shelf, never the customs balance; a difference in bond stands as a StockDifference.
"""
