"""What promotions and holidays do to demand, pooled over a category. Pure.

Source: placement.md §4.1 (docs/placement.md): the ratio of promoted to other weeks, clipped to 1 to 6; without a calendar
nothing is removed.
"""

import numpy as np

from inventory.placement.engine.model import Flags, Floats, Ints

LEAST, MOST = 1.0, 6.0


def uplifts(demand: Floats, promoted: Flags, category: Ints, categories: int) -> Floats:
    """Per category, by what a promoted week multiplies demand: 1 where no line has both kinds of weeks."""
    known = ~np.isnan(demand)
    values = np.where(known, demand, 0.0)
    with_promo, without = known & promoted, known & ~promoted
    number, others = with_promo.sum(axis=1), without.sum(axis=1)
    usual = (values * without).sum(axis=1) / np.maximum(others, 1)
    both = (number > 0) & (others > 0) & (usual > 0)
    asked = np.bincount(category[both], weights=(values * with_promo).sum(axis=1)[both], minlength=categories)
    expected = np.bincount(category[both], weights=(usual * number)[both], minlength=categories)
    ratio = np.where(expected > 0, asked / np.where(expected > 0, expected, 1.0), 1.0)
    return np.asarray(np.clip(ratio, LEAST, MOST), dtype=np.float64)
