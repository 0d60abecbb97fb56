"""Where: sites, the locations within them (and the virtual ones), lanes between sites, and US markets.

Always true: a physical location holds goods of exactly one customs regime; bonded and nationalised goods never share one.
"""
