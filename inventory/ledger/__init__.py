"""How much: physical stock by lot and location, changed only by postings of balanced moves.

Owns Account, Lot, Posting, Leg, Balance, Reservation and Hold. Always true: within a posting the legs of each lot add up
to zero; every balance equals the sum of its legs; no physical location is below zero; a posting and its reverse leave the
books as they were. Others call `services.post`, `services.reverse`, `services.reserve`, `services.release`, and `selectors`.
"""
