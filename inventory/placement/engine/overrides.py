"""Levels that a planner set, in place of those computed. Pure.

Source: placement.md §10 (docs/placement.md): an override is kept with its reason, and shown beside what was computed.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.levels import Levels, describe

Key = tuple[str, str]  # item, node


def overridden(
    levels: Levels, keys: Sequence[Key], wanted: Mapping[Key, float], *, spread: Spread, prices: Prices
) -> Levels:  # fmt: skip
    """The levels with those of `wanted` in their places, and what is then expected; the same where none is wanted."""
    lines = [n for n, key in enumerate(keys) if key in wanted]
    if not lines:
        return levels
    level = levels.level.copy()
    level[lines] = [wanted[keys[n]] for n in lines]
    return describe(np.asarray(level, dtype=np.float64), spread, prices.charge, prices.shortage, prices.step)
