"""Where inventory ought to be: runs of the engine over demand, stock and lanes, and what they recommend.

Always true: a run is never changed; a recommendation is decided once; nothing is recommended that the customs books could
not release. The engine (`placement.engine`) is pure functions over arrays: no ORM, no clock.
"""
