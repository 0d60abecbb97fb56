"""Forecasts of one series that seldom sells, as the published models have them; each gives the demand of a coming week. Pure.

Every smoothing starts at its first value, and the first interval is the week of the first sale: the start values of Nixtla's
statsforecast, whose figures these are held to. The engine's own recursions over many series start otherwise.
Source: Croston 1972; Syntetos & Boylan 2005 (SBA); Teunter, Syntetos & Babai 2011 (TSB); Nikolopoulos et al. 2011 (ADIDA);
Petropoulos & Kourentzes 2015 (IMAPA); placement.md §13.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

GOLDEN = (sqrt(5) - 1) / 2
# The smoothing that ADIDA and IMAPA may choose.
LEAST_ALPHA, MOST_ALPHA = 0.1, 0.3


def ses(series: Sequence[float], alpha: float) -> float:
    """Simple exponential smoothing, begun at the first value.

    >>> ses([2, 4, 4], 0.5)
    3.5
    """
    level = float(series[0])
    for value in series[1:]:
        level += alpha * (value - level)
    return level


def croston(series: Sequence[float], alpha: float = 0.1) -> float:
    """The smoothed size of a sale over the smoothed interval between sales; 0 without a sale.

    >>> croston([0, 6, 0, 6])
    3.0
    """
    sizes = [value for value in series if value > 0]
    return ses(sizes, alpha) / ses(_intervals(series), alpha) if sizes else 0.0


def sba(series: Sequence[float], alpha: float = 0.1) -> float:
    """Croston's forecast less its bias.

    >>> sba([0, 6, 0, 6], 0.5)
    2.25
    """
    return croston(series, alpha) * (1 - alpha / 2)


def tsb(series: Sequence[float], alpha: float, beta: float) -> float:
    """The smoothed size of a sale (α, over sales) times the smoothed chance of one (β, over weeks); 0 without a sale.

    >>> tsb([0, 6, 0, 6], 0.5, 0.5)
    3.75
    """
    sizes = [value for value in series if value > 0]
    return ses(sizes, alpha) * ses([float(value > 0) for value in series], beta) if sizes else 0.0


def adida(series: Sequence[float]) -> float:
    """The sums over as many weeks as a mean interval, smoothed, and spread evenly again; 0 without a sale.

    >>> adida([0, 6, 0, 6])
    3.0
    """
    return _of_sums(series, _weeks(series)) if any(series) else 0.0


def imapa(series: Sequence[float]) -> float:
    """The mean of such forecasts over one week, two … up to a mean interval; 0 without a sale.

    >>> round(imapa([0, 6, 0, 6, 0, 6]), 3)
    2.932
    """
    if not any(series):
        return 0.0
    most = _weeks(series)
    return sum(_of_sums(series, weeks) for weeks in range(1, most + 1)) / most


def _intervals(series: Sequence[float]) -> list[int]:
    """Weeks from one sale to the next, the first counted from the start."""
    weeks = [week for week, value in enumerate(series, start=1) if value > 0]
    return [later - earlier for earlier, later in pairwise([0, *weeks])]


def _weeks(series: Sequence[float]) -> int:
    """The mean interval in whole weeks; a half goes to the even number."""
    intervals = _intervals(series)
    return round(sum(intervals) / len(intervals))


def _of_sums(series: Sequence[float], weeks: int) -> float:
    """The forecast for one week from the sums of so many; the oldest weeks that make no whole sum are left out."""
    sums = [float(sum(series[start : start + weeks])) for start in range(len(series) % weeks, len(series), weeks)]
    return ses(sums, _best_alpha(sums)) / weeks


def _best_alpha(series: Sequence[float]) -> float:
    """The smoothing with the least squared error one step ahead, by golden section; the middle where all err alike."""
    low, high = LEAST_ALPHA, MOST_ALPHA
    while high - low > 1e-12:
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        left_error, right_error = _squared_error(series, left), _squared_error(series, right)
        if left_error == right_error:
            break
        if left_error < right_error:
            high = right
        else:
            low = left
    return (low + high) / 2


def _squared_error(series: Sequence[float], alpha: float) -> float:
    """The sum of squared errors of forecasts one step ahead."""
    level, total = float(series[0]), 0.0
    for value in series[1:]:
        total += (value - level) ** 2
        level += alpha * (value - level)
    return total
