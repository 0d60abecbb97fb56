"""What a level costs: stock left, units short, and the prices of holding forward, in bond and on the way. Pure.

Source: placement.md §1 and §6.1 (docs/placement.md).
"""

import numpy as np

from inventory.placement.engine.distribution import expect
from inventory.placement.engine.model import Floats, Network

CHUNK_LINES = 2_000  # keeps (line, level, quantile) arrays within tens of MB, whatever the number of lines


def left_over(levels: Floats, whole: Floats) -> Floats:
    """A(S) = E[(S − D_k)+], for each level of each line."""
    return _expect(levels, whole, np.subtract)


def newly_short(levels: Floats, whole: Floats, lead: Floats) -> Floats:
    """B(S) = E[(D_k − S)+] − E[(D_L − S)+] ≥ 0: units newly short per review."""
    short = _expect(levels, whole, _short) - _expect(levels, lead, _short)
    return np.maximum(short, 0.0)


def fill(levels: Floats, whole: Floats, lead: Floats) -> Floats:
    """The share of demand served at once, 1 − B(S)/μ_R; 1 where nothing is asked."""
    review = expect(whole - lead)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(review > 0, newly_short(levels, whole, lead) / review, 0.0)
    return np.clip(1.0 - share, 0.0, 1.0)


def holding(
    value: Floats, freight: Floats, network: Network, obsolescence: Floats, storage: Floats, volume: Floats
) -> Floats:
    """Cost of holding a unit for a week: capital and obsolescence (per year) on what was paid for it, and its space.

    `value` is v in bond (duty deferred) and v(1 + d) forward (duty paid).
    """
    rate = network.capital_rate_per_year + obsolescence
    return (value + freight) * rate / network.period.per_year + storage * volume


def _short(levels: Floats, demand: Floats) -> Floats:
    return demand - levels


def _expect(levels: Floats, demand: Floats, what: "np.ufunc | object") -> Floats:
    """Σ w · max(0, what(level, demand)) over the quantiles, line by line."""
    result = np.empty(levels.shape)
    for begin in range(0, len(levels), CHUNK_LINES):
        part = slice(begin, begin + CHUNK_LINES)
        difference = what(levels[part, :, None], demand[part, None, :])  # type: ignore[operator]
        result[part] = expect(np.maximum(difference, 0.0))
    return result
