"""What: the items of each client, with exact unit factors, customs codes and bills of materials.

Always true: inside the house every quantity is in the item's stock unit; factors to commercial and tariff units are
exact ratios of integers, never decimals.
"""
