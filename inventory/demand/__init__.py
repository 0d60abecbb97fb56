"""Who asked for it: weekly demand by item and US market, imported or booked, and the forecasts made of it.

Always true: one row per item, market and week (its Monday); an import that fails changes nothing.
"""
